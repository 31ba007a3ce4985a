// Every screen at every size, in both languages, with and without facts: exactly as many lines as
// the terminal has rows, none wider than it, and nothing in them that a terminal would obey.
import { describe, expect, it, test } from 'vitest';
import { SCREEN_IDS, type ScreenId } from '../../src/contracts/screen-ids.ts';
import { createAskedAgent } from './asking-agent.ts';
import { createAskedController } from './asking-controller.ts';
import { HOSTILE, inventReadings } from './invented-facts.ts';
import { sitDown, widest, type Seated } from './seated.ts';
import { ANNA, ARMOR, noAgent, OTHER, LETTERS, READABLE_MS, sitBeforeSignable } from './signable.ts';

const SIZES = [
  [200, 60],
  [160, 50],
  [120, 40],
  [120, 30],
  [119, 30],
  [100, 30],
  [99, 29],
  [80, 24],
  [79, 24],
  [60, 15],
  [60, 14],
  [59, 13],
  [40, 10],
  [39, 10],
  [40, 9],
  [20, 5],
  [5, 2],
  [1, 1],
] as const;

/** What may lie on top of a screen, and what is open below it, by the keys that open it. */
const OPENED = {
  nothing: [],
  detail: ['Enter'],
  'second tab': ['Enter', ']'],
  'third tab': ['Enter', ']', ']'],
  'last tab': ['Enter', '['],
  help: ['?'],
  palette: [':'],
  'palette, typed': [':', 'l', 'o', 'g', 's', 'Space'],
  filter: ['/', 'a'],
  'filter without match': ['/', 'z', 'q', 'z', 'q'],
  sort: ['o'],
  copy: ['y'],
  describe: ['d'],
  findings: ['!'],
  settings: [','],
  marks: ['Space', 'j', 'v', 'j', 'Space'],
  'the end': ['G'],
  frozen: ['f'],
  actions: ['a'],
  'the last action': ['a', 'j', 'j', 'j', 'j', 'j', 'j'],
  'a dialog': ['a', '1'],
  'a dialog with a word': ['a', '3', 'x'],
  'a dialog of what destroys': ['a', '4', 'Down'],
  'a dialog of many': ['Space', 'j', 'Space', 'a', '1'],
} as const satisfies Record<string, readonly string[]>;

/** ESC, other controls, C1, bidi, zero-width, tags: none may be in a line before colours are added. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u;

type Opened = keyof typeof OPENED;
/** What differs when there are no facts. */
const WITHOUT_FACTS: ReadonlySet<Opened> = new Set(['nothing', 'detail', 'describe', 'findings']);

/** What only an agent makes possible. */
const WITH_AGENT: ReadonlySet<Opened> = new Set([
  'actions',
  'the last action',
  'a dialog',
  'a dialog with a word',
  'a dialog of what destroys',
  'a dialog of many',
]);
const WITHOUT_AGENT = new Set(openedNames().filter((opened) => !WITH_AGENT.has(opened)));
/** Screens with something to do, or that show what an agent keeps. */
const OF_AGENT = [
  'overview',
  'disks',
  'containers',
  'pending',
  'guests',
  'ledger',
] as const satisfies readonly ScreenId[];

function openedNames(): Opened[] {
  const names: Opened[] = [];
  let opened: Opened;
  for (opened in OPENED) names.push(opened);
  return names;
}

/** What is wrong with the frames at every size, as things stand. */
function lookAtSizes(seated: Seated, what: string): string[] {
  const wrong: string[] = [];
  for (const [columns, rows] of SIZES) {
    seated.resize(columns, rows);
    const frame = seated.frame();
    const where = `${what}, ${columns}x${rows}`;
    if (frame.lines.length !== rows) wrong.push(`${where}: ${frame.lines.length} lines`);
    if (widest(frame) > columns) wrong.push(`${where}: ${widest(frame)} cells wide`);
    if (OBEYED.test(seated.text().replaceAll('\n', ''))) wrong.push(`${where}: holds what a terminal obeys`);
  }
  return wrong;
}

function lookEverywhere(
  seated: Seated,
  only: ReadonlySet<Opened>,
  screens: readonly ScreenId[] = SCREEN_IDS,
): string[] {
  const wrong: string[] = [];
  for (const screen of screens) {
    for (const opened of only) {
      seated.console.view.setState({ screen, detail: null, overlay: null, toast: null, frozenAt: null });
      seated.press(...OPENED[opened]);
      wrong.push(...lookAtSizes(seated, `${screen}, ${opened}`));
      seated.press('Esc', 'Esc', 'Esc');
    }
  }
  return wrong;
}

describe('Every frame fits its terminal and is harmless', () => {
  for (const language of ['en', 'hu'] as const) {
    it(`with everything there, in ${language}`, async () => {
      const seated = await sitDown({ language });
      expect(lookEverywhere(seated, WITHOUT_AGENT)).toEqual([]);
      seated.stop();
    });
    it(`with an agent and a controller, also while the agent is lost, in ${language}`, async () => {
      const { call } = createAskedAgent({});
      const { callController } = createAskedController();
      const seated = await sitDown({ language, call, callController });
      expect(lookEverywhere(seated, WITH_AGENT, OF_AGENT)).toEqual([]);
      const now = seated.session.now();
      seated.console.shown.setState({
        connection: { state: 'lost', since: now - 9000, reason: HOSTILE, retryAt: now + 4000 },
      });
      expect(lookEverywhere(seated, new Set(['nothing', 'actions']), OF_AGENT)).toEqual([]);
      seated.stop();
    });
    for (const missing of ['absent', 'failed'] as const) {
      it(`with every fact ${missing}, in ${language}`, async () => {
        const seated = await sitDown({ language, readings: inventReadings(missing) });
        expect(lookEverywhere(seated, WITHOUT_FACTS)).toEqual([]);
        seated.stop();
      });
    }
  }

  it('in ASCII without a sign of ours that is not ASCII', async () => {
    const seated = await sitDown({ env: { TERM: 'linux', LANG: 'C' }, readings: inventReadings('failed') });
    for (const screen of SCREEN_IDS) {
      seated.console.view.setState({ screen, detail: null, overlay: null });
      expect(seated.painted().replace(/<U\+[0-9A-F]+>|[\u2400-\u2421漢]|\p{M}/gu, '')).toMatch(
        /^[\x20-\x7e\u001b\n]*$/,
      );
    }
    seated.stop();
  });
});

test('menus and dialogs are ASCII where everything is', async () => {
  for (const language of ['en', 'hu'] as const) {
    const { call } = createAskedAgent({});
    const seated = await sitDown({ env: { TERM: 'linux', LANG: 'C' }, call, language });
    for (const keys of [['a'], ['a', '3'], ['a', '1']]) {
      for (const screen of ['2', '3', '5', '7']) {
        seated.press('Esc', 'Esc', screen, ...keys);
        const signs = seated.painted().replace(/<U\+[0-9A-F]+>|[\u2400-\u2421漢]|\p{M}/gu, '');
        // Letters of a language stay.
        expect(signs).toMatch(/^[\x20-\x7e\u001b\náéíóöőúüűÁÉÍÓÖŐÚÜŰ]*$/);
        seated.pass(400);
      }
    }
    seated.stop();
  }
});

describe('What is missing is shown as missing', () => {
  it('no screen shows a 0 for a fact that failed', async () => {
    const seated = await sitDown({ readings: inventReadings('failed') });
    expect(seated.text()).toContain('failed: no answer in time');
    expect(seated.text()).not.toMatch(/\b0 %|\b0 B\b/);
    seated.stop();
  });

  it('an absent fact says that it is none here, and why', async () => {
    const seated = await sitDown({ readings: inventReadings('absent') });
    expect(seated.text()).toContain('none here: not on this kind of machine');
    seated.stop();
  });
});

/** Each page of the sign view, by the keys that lead to it and what happens meanwhile. */
async function lookAtSigning(
  seat: Parameters<typeof sitDown>[0],
  look: (seated: Seated, what: string) => void,
) {
  const evil = { label: HOSTILE, mounted: HOSTILE.repeat(3), model: HOSTILE.repeat(2) };
  const keys = async () =>
    Promise.resolve([
      { ...OTHER, comment: HOSTILE },
      { ...ANNA, touch: true },
    ]);
  const sign = async () => Promise.withResolvers<string>().promise;
  for (const way of ['', 'a', 'b', 'c', 'w', 'o', 'r']) {
    const sat = await sitBeforeSignable({ seat, onIt: evil, acts: { keys, sign } });
    await sat.opened(...way);
    look(sat.seated, `way ${way}`);
    sat.seated.press('Down', 'PgDn');
    look(sat.seated, `way ${way}, scrolled`);
    if (way === 'b') {
      sat.seated.press(...LETTERS, 'Enter');
      look(sat.seated, 'waiting for the key');
      sat.seated.press('Esc');
      look(sat.seated, 'given up');
    }
    if (way === 'c') {
      sat.seated.paste(HOSTILE.repeat(9));
      look(sat.seated, 'pasted');
      sat.seated.paste(ARMOR.slice(0, 50));
      look(sat.seated, 'half of it pasted');
    }
  }
  const sat = await sitBeforeSignable({
    seat,
    onIt: evil,
    acts: { keys: async () => Promise.reject(noAgent('E_AGENT_NONE')) },
  });
  await sat.opened('b');
  look(sat.seated, 'no ssh-agent');
  sat.makeBytes();
  await sat.polled();
  look(sat.seated, 'bytes made elsewhere');
  sat.approve();
  await sat.polled();
  look(sat.seated, 'approved');
  sat.seated.pass(READABLE_MS);
  sat.seated.press(...LETTERS, 'Enter');
  await expect.poll(() => sat.view()?.doing).toBe(null);
  const progress = { bytes_done: 5, bytes_total: 9, rate: 2e8, left_s: 20, stalled: true, at: 0 };
  sat.change({ progress });
  await sat.polled();
  look(sat.seated, 'running');
  sat.seated.press('x');
  look(sat.seated, 'stop?');
  sat.end({ state: 'failed', ended: { at: 0, code: 'E_MKFS', detail: HOSTILE } });
  await sat.polled();
  look(sat.seated, 'failed');
  sat.facts.gone = true;
  await sat.polled();
  look(sat.seated, 'gone');
}

describe('Every frame of the sign view fits its terminal and is harmless', () => {
  it.each(['en', 'hu'] as const)('in %s', async (language) => {
    const wrong: string[] = [];
    await lookAtSigning({ language }, (seated, what) => {
      wrong.push(...lookAtSizes(seated, what));
      seated.resize(80, 24);
    });
    expect(wrong).toEqual([]);
  });

  it.each(['en', 'hu'] as const)('and is ASCII where everything is, in %s', async (language) => {
    const env = { TERM: 'linux', LANG: 'C' };
    await lookAtSigning({ language, env }, (seated, what) => {
      const signs = seated.painted().replace(/<U\+[0-9A-F]+>|[\u2400-\u2421漢]|\p{M}/gu, '');
      expect({ what, signs }).toEqual({
        what,
        // Letters of a language stay.
        signs: expect.stringMatching(/^[\x20-\x7e\u001b\náéíóöőúüűÁÉÍÓÖŐÚÜŰ]*$/),
      });
    });
  });
});
