// A person at the keyboard: what keys do, and what the console says of those that do nothing.
import { describe, expect, onTestFinished, test } from 'vitest';
import { allKeys } from '../../screens/keys.ts';
import { SCREEN_IDS } from '../../src/contracts/screen-ids.ts';
import { listOf } from '../../state/view.ts';
import { ok } from '../../src/contracts/reading.ts';
import { inventReadings } from './invented-facts.ts';
import { sitDown, type Seated } from './seated.ts';

async function sit(options: Parameters<typeof sitDown>[0] = {}): Promise<Seated> {
  const seated = await sitDown(options);
  onTestFinished(seated.stop);
  return seated;
}
/** The keys that type a text. */
const typed = (text: string) => Array.from(text, (letter) => (letter === ' ' ? 'Space' : letter));
const viewOf = (seated: Seated) => seated.console.view.getState();
const toastOf = (seated: Seated) => viewOf(seated).toast?.text ?? '';

describe('Moving', () => {
  test('down, up, to the ends and by half pages, never beyond', async () => {
    const seated = await sit();
    const at = () => listOf(viewOf(seated)).cursorIndex;
    seated.press('3', 'j', 'j', 'Down', 'k');
    expect(at()).toBe(2);
    seated.press('G');
    const last = at();
    seated.press('j', 'j');
    expect(at()).toBe(last);
    seated.press('g', 'g', 'k');
    expect(at()).toBe(0);
    seated.press('Ctrl+d');
    expect(at()).toBeGreaterThan(10);
    seated.press('Ctrl+u', 'PgUp');
    expect(at()).toBe(0);
  });

  test('the overview and a detail scroll as far as they are long, and back at once', async () => {
    const seated = await sit({ columns: 80, rows: 24 });
    const top = seated.text();
    seated.press(...Array<string>(200).fill('j'));
    const end = seated.text();
    expect(end).not.toBe(top);
    seated.press('k');
    expect(seated.text()).not.toBe(end);
    seated.press('g', 'g');
    expect(seated.text()).toBe(top);
  });
});

describe('Commands of two keys', () => {
  test('show their first key until the second, and forget it after any other', async () => {
    const seated = await sit();
    seated.press('2', 'G', 'g');
    expect(viewOf(seated).pendingKey).toBe('g');
    seated.press('j');
    expect(viewOf(seated).pendingKey).toBeNull();
    seated.press('g');
    expect(listOf(viewOf(seated)).cursorIndex).toBeGreaterThan(0);
    seated.press('g');
    expect(listOf(viewOf(seated)).cursorIndex).toBe(0);
  });

  test('Ctrl+c leaves the second time only, wherever one is', async () => {
    for (const open of [[], ['?'], [':', 'x'], ['2', 'Enter']]) {
      const seated = await sit();
      seated.press(...open, 'Ctrl+c');
      expect(seated.left).toEqual([]);
      expect(toastOf(seated)).toContain('again');
      seated.press('Ctrl+c');
      expect(seated.left).toEqual([0]);
    }
  });

  test('another key between two Ctrl+c begins anew', async () => {
    const seated = await sit();
    seated.press('Ctrl+c', 'j', 'Ctrl+c');
    expect(seated.left).toEqual([]);
  });
});

describe('Ways out', () => {
  test('q closes what lies on top, one at a time, then goes to the overview, then leaves', async () => {
    const seated = await sit();
    seated.press('3', '/', 'w', 'Enter', 'Space', 'Enter');
    expect(viewOf(seated).detail).not.toBeNull();
    seated.press('q');
    expect(viewOf(seated).detail).toBeNull();
    seated.press('q');
    expect(listOf(viewOf(seated)).filter).toBe('');
    seated.press('q');
    expect(listOf(viewOf(seated)).marks.size).toBe(0);
    seated.press('q');
    expect(viewOf(seated).screen).toBe('overview');
    expect(seated.left).toEqual([]);
    seated.press('q');
    expect(seated.left).toEqual([0]);
  });

  test('Esc never leaves', async () => {
    const seated = await sit();
    seated.press('3', 'Enter', ...Array<string>(9).fill('Esc'));
    expect(viewOf(seated)).toMatchObject({ screen: 'containers', detail: null });
    expect(seated.left).toEqual([]);
  });
});

describe('Keys that are off', () => {
  test('say why', async () => {
    const seated = await sit();
    seated.press('2', 'L');
    expect(toastOf(seated)).toBe('L: only containers have logs');
    seated.press('a');
    expect(toastOf(seated)).toMatch(/^a: .*embedded source only reads/);
    seated.press('1', 'o');
    expect(toastOf(seated)).toBe('o: not on this screen');
    seated.press('X');
    expect(toastOf(seated)).toContain('X does nothing here');
    seated.press('2', '/', 'z', 'q', 'z', 'Enter', 'Enter');
    expect(toastOf(seated)).toBe('Enter: there are no rows here');
  });

  test('with --read-only, actions say so, and every frame does', async () => {
    const seated = await sit({ readOnly: true });
    seated.press('3', 'a');
    expect(toastOf(seated)).toBe('a: read-only: started with --read-only');
    expect(seated.text()).toContain('read-only');
  });

  test('no key of any screen throws or leaves, pressed once or twice, on top of anything', async () => {
    const names = [...new Set(allKeys.flatMap((row) => row.keys.flatMap((key) => key.split(' '))))];
    const seated = await sit();
    for (const screen of SCREEN_IDS) {
      for (const name of names.filter((each) => each !== 'Ctrl+c' && each !== 'q')) {
        seated.console.view.setState({ screen, detail: null, overlay: null, pendingKey: null });
        seated.press(name, name);
        expect(seated.frame().lines).toHaveLength(40);
      }
    }
    expect(seated.left).toEqual([]);
  });
});

describe('Rows that come and go', () => {
  async function sitAtContainers() {
    // Without a controller, whose services would be rows as well.
    const { base_stack: _base, ...readings } = inventReadings();
    const all = readings.containers.state === 'ok' ? readings.containers.value : undefined;
    const template = all?.containers[1];
    if (template === undefined) throw new Error('no containers were invented');
    let names = ['a', 'b', 'c', 'd', 'e'];
    const seated = await sit({
      readings: {
        ...readings,
        get containers() {
          const containers = names.map((name) => ({
            ...template,
            id: name,
            name,
            protected: false,
            stack: null,
          }));
          return ok({ engine_version: '1', containers }, 'docker', Date.now());
        },
      },
    });
    const change = async (next: readonly string[]) => {
      names = [...next];
      const before = seated.console.shown.getState().observations.containers;
      seated.console.poller.refresh(true);
      await expect.poll(() => seated.console.shown.getState().observations.containers).not.toBe(before);
    };
    const selected = () => /▸\S? *(\S+)/.exec(seated.text())?.[1];
    seated.press('3');
    return { seated, change, selected };
  }

  test('leave the cursor on its row', async () => {
    const { seated, change, selected } = await sitAtContainers();
    seated.press('j', 'j');
    expect(selected()).toBe('c');
    await change(['0', '1', 'a', 'b', 'c', 'd']);
    expect(selected()).toBe('c');
    await change(['c']);
    expect(selected()).toBe('c');
  });

  test('and when that row has gone, the cursor stays where it was, or at the end', async () => {
    const { seated, change, selected } = await sitAtContainers();
    seated.press('j', 'j');
    await change(['a', 'b', 'd', 'e']);
    expect(selected()).toBe('d');
    await change(['a']);
    expect(selected()).toBe('a');
  });

  test('a detail of one that has gone says so', async () => {
    const { seated, change } = await sitAtContainers();
    seated.press('j', 'Enter');
    await change(['a']);
    expect(seated.text()).toContain('This is no longer there');
  });

  test('marks stay with their rows, hidden ones are counted, and a range marks what lies between', async () => {
    const { seated, change } = await sitAtContainers();
    const marks = () => [...listOf(viewOf(seated)).marks].toSorted();
    seated.press('j', 'Space');
    await change(['0', 'a', 'b', 'c', 'xyz']);
    expect(marks()).toEqual(['b']);
    seated.press('/', ...typed('xyz'), 'Enter', 'Space');
    expect(marks()).toEqual(['b', 'xyz']);
    expect(seated.text()).toContain('2 marked');
    seated.press('Esc', 'Esc', 'g', 'g', 'v', 'j', 'j', 'Space');
    expect(marks()).toEqual(['0', 'a', 'b']);
    seated.press('Ctrl+\\');
    expect(marks()).toEqual([]);
  });

  test('a frozen display stays as it is and says since when', async () => {
    const { seated } = await sitAtContainers();
    seated.press('f');
    expect(seated.text()).toContain('FROZEN');
    const { observations } = seated.console.shown.getState();
    seated.console.poller.refresh(true);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
    expect(seated.console.shown.getState().observations).toBe(observations);
    seated.press('f');
    expect(seated.text()).not.toContain('FROZEN');
  });
});

describe('Lines that are typed', () => {
  test('the palette runs what matches best, completes with Tab, and offers first what was used last', async () => {
    const seated = await sit();
    seated.press(':', ...typed('heal'), 'Enter');
    expect(viewOf(seated).screen).toBe('health');
    seated.press(':', ...typed('disks'), 'Enter', ':');
    // Below status, tabs and the banner of a rehearsal.
    const offered = () => seated.text().split('\n').slice(3);
    expect(offered()[0]).toMatch(/^ disks/);
    expect(offered()[1]).toMatch(/^ health/);
    seated.press(...typed('theme l'), 'Tab');
    expect(viewOf(seated).overlay).toMatchObject({ kind: 'palette', query: 'theme light ' });
    seated.press('Enter');
    expect(seated.console.settings.getState().theme).toBe('light');
  });

  test('the palette finds a container by its name and opens its logs', async () => {
    const seated = await sit();
    seated.press(':', ...typed('logs web-33'), 'Enter');
    expect(viewOf(seated)).toMatchObject({ screen: 'containers' });
    expect(viewOf(seated).detail?.rowId).toMatch(/^id-web-33/);
    expect(seated.text()).toContain('web-33');
  });

  test('what matches nothing is said and changes nothing', async () => {
    const seated = await sit();
    seated.press(':', 'z', 'q', 'z', 'q', 'Enter');
    expect(toastOf(seated)).toBe('No command matches "zqzq".');
    expect(viewOf(seated)).toMatchObject({ screen: 'overview', overlay: null });
  });

  test('a filter works while it is typed; Esc brings the old one back, Enter keeps it', async () => {
    const seated = await sit();
    const ids = () => seated.text().match(/web-\d+/g)?.length ?? 0;
    seated.press('3', '/', ...typed('web-1'));
    expect(ids()).toBeGreaterThan(0);
    expect(seated.text()).not.toContain('cloudflared');
    seated.press('Enter', '/', 'Backspace', 'Esc');
    expect(listOf(viewOf(seated)).filter).toBe('web-1');
    seated.press('/', 'Ctrl+u', '!', 'w', 'e', 'b', 'Enter');
    expect(ids()).toBe(0);
    expect(seated.text()).toContain('cloudflared');
  });

  test('a paste goes into a line that is typed, its first line only, and is no command elsewhere', async () => {
    const seated = await sit();
    seated.paste('q\nq\nq');
    expect(seated.left).toEqual([]);
    expect(toastOf(seated)).toContain('never a command');
    seated.press('3', '/');
    seated.paste('traefik\nq\u001b[31m');
    expect(listOf(viewOf(seated)).filter).toBe('traefik');
    seated.paste('x'.repeat(10_000));
    expect(listOf(viewOf(seated)).filter).toHaveLength(200);
  });
});

describe('Menus', () => {
  test('sort by the letter of a column; the same letter again turns it round', async () => {
    const seated = await sit();
    const first = () => /▸ *(\S+)/.exec(seated.text())?.[1];
    seated.press('3', 'o', 'n', 'g', 'g');
    const ascending = first();
    seated.press('o', 'n', 'g', 'g');
    expect(first()).not.toBe(ascending);
    seated.press('O', 'g', 'g');
    expect(first()).toBe(ascending);
  });

  test('copying sends what was chosen, and a number that is not there sends nothing', async () => {
    const seated = await sit();
    seated.press('2', 'y', '1');
    expect(seated.copied).toEqual(['/dev/sda']);
    seated.press('y', '9');
    expect(seated.copied).toHaveLength(1);
  });

  test('settings turn round in both directions, act at once, and are saved when they close', async () => {
    const seated = await sit();
    const { settings } = seated.console;
    seated.press(',', 'Right', 'Right', 'Right');
    expect(settings.getState().theme).toBe('dark');
    seated.press('Left');
    expect(settings.getState().theme).toBe('mono');
    seated.press('j', 'l');
    expect(settings.getState().ascii).toBe('on');
    expect(seated.text()).toContain('ASCII');
    seated.press('j', 'h');
    expect(settings.getState().language).toBe('hu');
    seated.press('j', 'j', 'j', 'Left');
    expect(settings.getState().refresh_s).toBe(10);
    seated.press('Esc');
    expect(seated.saved).toBe(1);
  });
});
