// A person who reads a container's log: what each key does, what is kept, and what is said when it ends,
// goes away, or comes back.
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { FollowLog, LogListener } from '../../src/contracts/source.ts';
import { MAX_LINES } from '../../state/log-view.ts';
import { baseOf, serviceOf, traefik, withGuest } from './guest-facts.ts';
import { HOSTILE } from './invented-facts.ts';
import { lettersOf, sitDown, widest, type Seated } from './seated.ts';

const GATHERED_MS = 150;
const AGAIN_MS = 2100;
type Following = Parameters<FollowLog>[0] & { readonly listener: LogListener; stopped: boolean };

const stamp = (second: number, words: string) =>
  `2026-11-26T04:07:${String(second).padStart(2, '0')}.000000000Z ${words}`;
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index} end`);

async function sitBeforeLog(options: Parameters<typeof sitDown>[0] = {}) {
  const followings: Following[] = [];
  const followLog: FollowLog = (request, listener) => {
    const following = { ...request, listener, stopped: false };
    followings.push(following);
    return () => {
      following.stopped = true;
    };
  };
  const { readings } = withGuest([traefik()], baseOf([serviceOf('traefik')]));
  const seated = await sitDown({ readings, followLog, columns: 80, rows: 24, ...options });
  onTestFinished(seated.stop);
  seated.press('3', 'L');
  const now = (): Following => {
    const last = followings.at(-1);
    if (last === undefined) throw new Error('nothing is followed');
    return last;
  };
  const write = async (...lines: readonly string[]) => {
    now().listener.onLines(lines);
    await new Promise((done) => setTimeout(done, GATHERED_MS));
  };
  return { seated, followings, now, write };
}

const head = (seated: Seated) => seated.text().split('\n')[2] ?? '';
const body = (seated: Seated) =>
  seated
    .text()
    .split('\n')
    .slice(3, -1)
    .map((line) => line.trimEnd());
const toastOf = (seated: Seated) => seated.console.view.getState().toast?.text ?? '';

describe('The log view', () => {
  test('opens by L, asks for the last lines with times, and follows what comes', async () => {
    const { seated, now, write } = await sitBeforeLog();
    expect(now()).toMatchObject({ id: 'traefik', previous: false, timestamps: true });
    expect(body(seated)[0]).toBe('waiting');
    await write(...numbered(1, 50));
    expect(head(seated)).toMatch(/^traefik following +50 lines/);
    expect(body(seated).at(-1)).toBe('line 50 end');
    await write('line 51 end');
    expect(body(seated).at(-1)).toBe('line 51 end');
    seated.press('q');
    expect(now().stopped).toBe(true);
    expect(seated.console.logs.store.getState()).toBeNull();
  });

  test('stays where a person scrolled to, and follows again by s, G, or by moving down to the end', async () => {
    const { seated, write } = await sitBeforeLog();
    await write(...numbered(1, 50));
    seated.press('k', 'k');
    const first = body(seated)[0];
    await write(...numbered(51, 60));
    expect(body(seated)[0]).toBe(first);
    expect(head(seated)).not.toContain('following');
    seated.press('s');
    expect(body(seated).at(-1)).toBe('line 60 end');
    seated.press('g');
    expect(body(seated)[0]).toBe('line 1 end');
    seated.press('G');
    expect(head(seated)).toContain('following');
    seated.press('k', 'j');
    expect(head(seated)).toContain('following');
    seated.press('s');
    expect(head(seated)).not.toContain('following');
    await write('line 61 end');
    expect(body(seated).at(-1)).toBe('line 60 end');
  });

  test('wraps by w, scrolls sideways by l and h, and shows times by t', async () => {
    const { seated, write } = await sitBeforeLog();
    await write(stamp(1, `${'x'.repeat(100)}TAIL`));
    expect(seated.text()).not.toContain('TAIL');
    seated.press('l', 'l');
    expect(seated.text()).toContain('TAIL');
    seated.press('h', 'h', 'w');
    expect(seated.text()).toContain('TAIL');
    expect(head(seated)).toContain('wrapped');
    expect(seated.text()).not.toContain('04:07');
    seated.press('t');
    expect(body(seated)[0]).toMatch(/^\d\d-\d\d \d\d:07:01 x+$/);
    expect(body(seated)[1]).toMatch(/^ {15}x*TAIL$/);
    expect(widest(seated.frame())).toBeLessThanOrEqual(80);
  });

  test('searches by /, marks what it finds, and goes on by n and N round the ends', async () => {
    const { seated, write } = await sitBeforeLog();
    await write(...numbered(1, 30), 'an Error here', ...numbered(31, 60), 'and an error there', 'last');
    seated.press('/', ...lettersOf('error'));
    expect(head(seated)).toContain('/error: 2');
    seated.press('Enter');
    const found = () => seated.console.logs.store.getState()?.found;
    expect(found()).toBe(61);
    seated.press('N');
    expect(found()).toBe(30);
    expect(body(seated)[0]).toBe('an Error here');
    const marked = seated
      .frame()
      .lines.flat()
      .filter(({ tone }) => tone === 'selected')
      .map(({ text }) => text);
    expect(marked).toContain('Error');
    seated.press('n');
    expect(found()).toBe(61);
    seated.press('n');
    expect(found()).toBe(30);
    seated.press('Esc');
    expect(head(seated)).not.toContain('/error');
    seated.press('n');
    expect(toastOf(seated)).toContain('nothing is searched for');
    seated.press('/', ...lettersOf('nowhere'), 'Enter');
    expect(toastOf(seated)).toBe('No line has "nowhere".');
  });

  test('a search that is dropped leaves the one before; a paste goes into its line', async () => {
    const { seated, write } = await sitBeforeLog();
    await write('one', 'two');
    seated.press('/', ...lettersOf('one'), 'Enter', '/', ...lettersOf('tw'), 'Esc');
    expect(head(seated)).toContain('/one: 1');
    seated.paste('no command');
    expect(toastOf(seated)).toContain('never a command');
    seated.press('/');
    seated.paste('two\nqq');
    expect(head(seated)).toContain('/two: 1');
  });

  test('the run before by p, which ends by itself, and back', async () => {
    const { seated, followings, now, write } = await sitBeforeLog();
    await write('present');
    seated.press('p');
    expect(followings[0]?.stopped).toBe(true);
    expect(now()).toMatchObject({ previous: true });
    await write('before');
    now().listener.onEnd(null);
    expect(head(seated)).toMatch(/that run is over .*the run before/);
    expect(body(seated)[0]).toBe('before');
    seated.press('p');
    expect(now()).toMatchObject({ previous: false });
    expect(body(seated)).not.toContain('before');
  });

  test('a run before that wrote nothing says so', async () => {
    const { seated, now } = await sitBeforeLog();
    seated.press('p');
    now().listener.onEnd(null);
    expect(seated.text()).toContain('There was no run before');
  });

  test('is saved by Ctrl+o as it is kept, harmless, and its file is named', async () => {
    const { seated, write } = await sitBeforeLog();
    seated.press('Ctrl+o');
    expect(toastOf(seated)).toContain('there are no lines');
    await write(stamp(1, `evil ${HOSTILE}`), 'no time');
    seated.press('Ctrl+o');
    await expect.poll(() => toastOf(seated)).toBe('2 lines saved to /root/traefik.log');
    expect(seated.files['traefik']).toMatch(/^2026-11-26T04:07:01\.000000000Z evil x.*\nno time\n$/);
    expect(seated.files['traefik']).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test('keeps no more than ten thousand lines, and a place stays the same line', async () => {
    const { seated, write } = await sitBeforeLog();
    await write(...numbered(1, MAX_LINES));
    seated.press('k');
    const first = body(seated)[0];
    await write(...numbered(MAX_LINES + 1, MAX_LINES + 500));
    expect(head(seated)).toMatch(/10000 lines \(500 older/);
    expect(body(seated)[0]).toBe(first);
    seated.press('g');
    expect(body(seated)[0]).toBe('line 501 end');
  });
});

describe('While a log is open', () => {
  test('Docker may go away: what is there stays, and it is said why and since when; then it goes on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { seated, followings, now } = await sitBeforeLog();
    now().listener.onLines([stamp(1, 'one'), stamp(2, 'two')]);
    vi.advanceTimersByTime(GATHERED_MS);
    now().listener.onEnd('connect ENOENT');
    expect(head(seated)).toContain('nothing comes for 0 s: connect ENOENT');
    expect(body(seated).slice(0, 2)).toEqual(['one', 'two']);
    vi.advanceTimersByTime(AGAIN_MS);
    expect(followings).toHaveLength(2);
    // The last ones are told again, and not shown again.
    now().listener.onLines([stamp(1, 'one'), stamp(2, 'two'), stamp(3, 'three')]);
    vi.advanceTimersByTime(GATHERED_MS);
    expect(body(seated).slice(0, 4)).toEqual(['one', 'two', 'three', '']);
    expect(head(seated)).not.toContain('nothing comes');
  });

  test('its container may end and start again; whoever has closed it asks no more', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { seated, followings, now } = await sitBeforeLog();
    now().listener.onEnd(null);
    expect(head(seated)).toContain('it has ended; waits for its start');
    expect(seated.text()).toContain('It has written nothing.');
    vi.advanceTimersByTime(AGAIN_MS);
    expect(followings).toHaveLength(2);
    now().listener.onEnd(null);
    seated.press('Esc');
    vi.advanceTimersByTime(AGAIN_MS * 3);
    expect(followings).toHaveLength(2);
    // What comes late is nobody's.
    now().listener.onLines(['late']);
    vi.advanceTimersByTime(GATHERED_MS);
    expect(seated.console.logs.store.getState()).toBeNull();
  });
});

test('its keys are told by ? where it is opened from, and in its footer', async () => {
  const { seated } = await sitBeforeLog();
  expect(seated.text().split('\n').at(-1)).toMatch(/s follow.*w wrap.*Esc back/);
  seated.press('q', '?', ...lettersOf('wrap'));
  expect(seated.text()).toMatch(/w +wrap long lines \(while a log is open/);
});

test.each(['en', 'hu'] as const)(
  'every frame of it fits its terminal and is harmless, in %s',
  async (language) => {
    const { seated, now, write } = await sitBeforeLog({ language });
    const wrong: string[] = [];
    const look = (what: string) => {
      for (const [columns, rows] of [
        [200, 60],
        [120, 30],
        [80, 24],
        [60, 14],
        [40, 10],
        [39, 9],
        [1, 1],
      ] as const) {
        seated.resize(columns, rows);
        const frame = seated.frame();
        if (frame.lines.length !== rows || widest(frame) > columns) wrong.push(`${what} ${columns}x${rows}`);
        if (/[\p{Cc}\p{Cf}]/u.test(seated.text().replaceAll('\n', '')))
          wrong.push(`${what}: a terminal obeys it`);
      }
    };
    look('empty');
    await write(stamp(1, HOSTILE.repeat(20)), HOSTILE, '', '漢'.repeat(200));
    look('written');
    for (const keys of [['w'], ['t'], ['/', 'a'], ['Enter'], ['w'], ['l'], ['k']]) {
      seated.press(...keys);
      look(keys.join(' '));
    }
    now().listener.onEnd(HOSTILE);
    look('lost');
    expect(wrong).toEqual([]);
  },
);
