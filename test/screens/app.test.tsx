// Keys and tables through Ink itself: what a terminal sends arrives, and what Ink draws fits.
import { cleanup, render } from 'ink-testing-library';
import { renderToString } from 'ink';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { App } from '../../screens/app.tsx';
import type { Size } from '../../screens/layout.ts';
import { listOf } from '../../state/view.ts';
import { createAskedAgent, refusal } from './asking-agent.ts';
import { MOUNTED, withDisk } from './disk-row.ts';
import { sitDown, type Seated } from './seated.ts';

/** The width that ink-testing-library's terminal has. */
const COLUMNS = 100;
const ROWS = 30;
/** Ink waits for the rest of an escape sequence before it takes a lone Esc for the key. */
const ESCAPE_WAIT_MS = 150;

const appOf = ({ session }: Seated, { columns, rows }: Size) => (
  <App
    session={session}
    theme={session.theme}
    plainSigns={session.plainSigns}
    followFacts={session.console.shown.subscribe}
    followLogs={session.console.logs.store.subscribe}
    onKey={() => undefined}
    onSuspendable={() => undefined}
    columns={columns}
    rows={rows}
  />
);

async function sitAtInk(options: Parameters<typeof sitDown>[0] = {}) {
  const seated = await sitDown({ columns: COLUMNS, rows: ROWS, ...options });
  onTestFinished(seated.stop);
  const ink = render(appOf(seated, { columns: COLUMNS, rows: ROWS }));
  const type = async (bytes: string) => {
    ink.stdin.write(bytes);
    await new Promise((resolve) => {
      setTimeout(resolve, ESCAPE_WAIT_MS);
    });
  };
  const view = () => seated.console.view.getState();
  return { seated, ink, type, view };
}

afterEach(cleanup);

describe('Bytes of a terminal', () => {
  test('three keys in one write move three rows', async () => {
    const { type, view } = await sitAtInk();
    await type('2');
    await type('jjj');
    expect(listOf(view()).cursorIndex).toBe(3);
    await type('\u001b[A\u001b[A');
    expect(listOf(view()).cursorIndex).toBe(1);
  });

  test('a key and Enter in one write are both taken', async () => {
    const { type, view } = await sitAtInk();
    await type('3');
    await type('j\r');
    expect(view().detail).not.toBeNull();
  });

  test('arrows, Home, End, pages, Shift+Tab and control keys are what they are called', async () => {
    const { type, view } = await sitAtInk();
    await type('2');
    await type('\u001b[F');
    const last = listOf(view()).cursorIndex;
    expect(last).toBeGreaterThan(20);
    await type('\u001b[H');
    expect(listOf(view()).cursorIndex).toBe(0);
    await type('\u001b[6~');
    const page = listOf(view()).cursorIndex;
    expect(page).toBeGreaterThan(5);
    await type('\u0004');
    expect(listOf(view()).cursorIndex).toBe(2 * page);
    await type('\u001b[5~\u0015');
    expect(listOf(view()).cursorIndex).toBe(0);
    await type('1');
    await type('\t');
    expect(view().panel).toBe(1);
    await type('\u001b[Z');
    expect(view().panel).toBe(0);
  });

  test('a lone Esc closes, and Ctrl+c twice leaves', async () => {
    const { type, view, seated } = await sitAtInk();
    await type('?');
    expect(view().overlay?.kind).toBe('help');
    await type('\u001b');
    expect(view().overlay).toBeNull();
    await type('\u0003');
    expect(seated.left).toEqual([]);
    await type('\u0003');
    expect(seated.left).toEqual([0]);
  });

  test('a bracketed paste is never a key, not even q and Enter', async () => {
    const { type, view, seated } = await sitAtInk();
    await type('\u001b[200~q\rq\rjjj\u001b[201~');
    expect(seated.left).toEqual([]);
    expect(view()).toMatchObject({ screen: 'overview', detail: null });
    expect(view().toast?.text).toContain('never a command');
  });

  test('a bracketed paste goes into the line that is being typed', async () => {
    const { type, view } = await sitAtInk();
    await type(':');
    await type('\u001b[200~theme light\nquit\u001b[201~');
    expect(view().overlay).toMatchObject({ kind: 'palette', query: 'theme light' });
  });

  test('an unknown sequence of the terminal does nothing', async () => {
    const { type, view } = await sitAtInk();
    const before = view();
    await type('\u001b[?62;22c\u001b[24;80R');
    expect(view()).toMatchObject({ screen: before.screen, overlay: null, detail: null });
  });
});

describe('Bytes of a terminal while a question is open', () => {
  const READABLE_MS = 400;
  async function sitAtQuestion(flag: Parameters<typeof withDisk>[0]['flag']) {
    const agent = createAskedAgent({
      formatDisk: () => {
        throw refusal('E_RATE', 'not now');
      },
    });
    const seat = await sitAtInk({ readings: withDisk({ ...(flag && { flag }) }).readings, call: agent.call });
    await seat.type('2');
    const overlay = () => seat.view().overlay;
    const readThrough = () => seat.seated.pass(READABLE_MS);
    return { ...seat, agent, overlay, readThrough };
  }

  test('all that arrives in one write with what opens it is dropped', async () => {
    const { type, agent, overlay } = await sitAtQuestion(MOUNTED);
    await type('a4y\r');
    await type('y\r');
    expect(overlay()?.kind).toBe('confirm');
    expect(agent.asked).toEqual([]);
  });

  test('y and Enter in one write are a yes, once', async () => {
    const { type, agent, readThrough } = await sitAtQuestion(MOUNTED);
    await type('a');
    await type('4');
    readThrough();
    await type('y\r');
    expect(agent.asked).toHaveLength(1);
  });

  test('Enter alone is a no', async () => {
    const { type, agent, overlay, readThrough } = await sitAtQuestion(MOUNTED);
    await type('a');
    await type('4');
    readThrough();
    await type('\r');
    expect(overlay()).toBeNull();
    expect(agent.asked).toEqual([]);
  });

  test('a paste is never an answer, with bracketed paste and without, whole or with its Enter', async () => {
    const { type, agent, overlay, readThrough } = await sitAtQuestion({});
    await type('a');
    await type('4');
    readThrough();
    for (const bytes of ['\u001b[200~B2F4XK\r\u001b[201~', 'B2F4XK\r', 'B2F4XK\ry', 'y\ry\ry\ry\r']) {
      await type(bytes);
      expect(overlay()).toMatchObject({ kind: 'confirm', typed: '' });
    }
    expect(agent.asked).toEqual([]);
  });

  test('the word typed letter by letter, or in bursts of a slow link, and then Enter, is an answer', async () => {
    const { type, agent, readThrough } = await sitAtQuestion({});
    await type('a');
    await type('4');
    readThrough();
    for (const bytes of ['B2', 'F', '4XK']) await type(bytes);
    await type('\r');
    expect(agent.asked).toHaveLength(1);
  });
});

describe('What Ink draws', () => {
  test('is the frame, line by line', async () => {
    const { ink, seated } = await sitAtInk();
    const shown = linesOf(ink.lastFrame() ?? '').map((line) => line.trimEnd());
    expect(shown).toEqual(
      seated
        .text()
        .split('\n')
        .map((line) => line.trimEnd()),
    );
  });

  test.each([
    [200, 60],
    [120, 40],
    [100, 30],
    [80, 24],
    [60, 15],
    [60, 14],
    [40, 10],
  ])(
    'the table of attributes fits %ix%i, with hostile names, down to its last row',
    async (columns, rows) => {
      for (const language of ['en', 'hu'] as const) {
        const { seated, lines, table } = await openAttributes({ columns, rows, language });
        expect(lines().length).toBeLessThanOrEqual(rows);
        expect(Math.max(...lines().map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
        expect(new Set(table().map((line) => stringWidth(line))).size).toBe(1);
        expect(table()[3]).toMatch(/^│ +1 │ At/);
        expect(table().join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u);
        seated.press('G');
        expect(table().at(-2)).toMatch(/^│ +30 │ At/);
        expect(table().at(-1)).toMatch(/^└.*┘$/);
      }
    },
  );

  test('the table of attributes is ASCII where everything is', async () => {
    const { lines } = await openAttributes({ columns: 80, rows: 24, env: { TERM: 'linux', LANG: 'C' } });
    expect(lines()[5]).toMatch(/^\+-+\+/);
    expect(
      lines()
        .slice(3)
        .join('')
        .replaceAll(/[\u2400-\u2421]/g, ''),
    ).toMatch(/^[\x20-\x7e]*$/);
  });
});

const linesOf = (drawn: string): readonly string[] => stripVTControlCharacters(drawn).split('\n');

async function openAttributes(options: Size & Parameters<typeof sitDown>[0]) {
  const seated = await sitDown(options);
  onTestFinished(seated.stop);
  seated.press('2', 'Enter', ']', ']', ']');
  const lines = () => linesOf(renderToString(appOf(seated, options), { columns: options.columns }));
  return { seated, lines, table: () => lines().filter((line) => /^[┌├│└]/.test(line)) };
}
