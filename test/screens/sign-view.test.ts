// A person who signs an operation and runs it: what is shown of it and from where, what each way asks for,
// what can never sign or run, and what stays when something is refused.
import { describe, expect, test } from 'vitest';
import { cells } from '../../src/base/cells.ts';
import { makeHarmless } from '../../src/contracts/harmless.ts';
import { SIGNER_CODES } from '../../src/contracts/signer.ts';
import { SIGNER_STATES } from '../../src/contracts/signers-told.ts';
import { createScreen } from '../terminal/screen.ts';
import { refusal } from './asking-agent.ts';
import { INVENTED_AT } from './invented-facts.ts';
import {
  ANNA,
  annasLine,
  ARMOR,
  noAgent,
  OTHER,
  READABLE_MS,
  sitBeforeSignable,
  waiting,
  LETTERS,
  WORD,
  type SignableOptions,
} from './signable.ts';

type Sat = Awaited<ReturnType<typeof sitBeforeSignable>>;
const bodiesOf = ({ agent }: Sat, wanted: string) =>
  agent.asked.filter(({ route }) => route === wanted).map(({ body }) => body);
/** What is said, whatever lines it was broken into. */
const shown = ({ seated }: Sat) => seated.text().replaceAll(/\s+/g, ' ');
const never = async <T>() => Promise.withResolvers<T>().promise;
const settle = async (sat: Sat) => {
  await expect.poll(() => sat.view()?.doing).toBe(null);
  sat.seated.pass(READABLE_MS);
};
const openWay = async (options: SignableOptions, ...keys: readonly string[]) => {
  const sat = await sitBeforeSignable(options);
  await sat.opened(...keys);
  return sat;
};

describe('What is signed', () => {
  test('is drawn from the bytes and not from the facts', async () => {
    const sat = await openWay({
      onIt: { model: 'OF THE BYTES' },
      operation: { disk: { ...waiting.disk, model: 'OF THE FACTS' } },
      seat: { rows: 50, columns: 160 },
    });
    for (const words of [
      'EVERYTHING on this disk is lost',
      'OF THE BYTES',
      'Z9A0A1B2F4XK',
      '931 GiB (1000000000000 B) sata',
      'byid:wwn-0x5000039ddb108568',
      'ext4 sdb1',
      'label backup',
      'last mounted 2026-09-01',
      '/srv/backup',
      'and 2 more',
      'full: every byte is overwritten',
      '(in 59 m)',
      'ext4 5c3fbb04-4b54-4f2b-9f0e-2f6f3f9a1c55',
      'guest 9200',
      'demo-felhom-01',
      sat.facts.operation.bytes?.sha256 ?? 'none',
      '77ab77ab',
      'ab'.repeat(32),
    ]) {
      expect(shown(sat)).toContain(words);
    }
    expect(shown(sat)).not.toContain('OF THE FACTS');
    expect(sat.agent.asked).toEqual([{ route: 'bytesOperation', params: { id: waiting.id }, body: {} }]);
  });

  test('keeps in sight which disk it is, where there is room for little else', async () => {
    const sat = await openWay({ seat: { rows: 15, columns: 60 } }, 'b');
    expect(sat.seated.text().split('\n')).toContainEqual(expect.stringMatching(/^931 GiB  Z9A0A1B2F4XK/));
  });

  test.each<[string, (message: string) => string, string]>([
    ['that are no approval', (message) => message.replace('"v":1', '"v":2'), 'no approval'],
    ['with a member too many', (message) => message.replace('"v":1', '"v":1,"w":1'), 'no approval'],
    ['without the last end of a line', (message) => message.trimEnd(), 'no approval'],
    [
      'of another operation',
      (message) => message.replaceAll(waiting.id, 'op_ffffffffffffffffffffffff'),
      'another operation',
    ],
    [
      'of another disk',
      (message) => message.replaceAll(waiting.durable_id, 'byid:wwn-0x5000039ddb108569'),
      'another disk',
    ],
  ])('bytes %s are not signed: only Esc works', async (_what, spoil, said) => {
    const sat = await openWay({ spoil });
    expect(shown(sat)).toContain(said);
    for (const key of ['a', 'b', 'c', 'w', 'o', 'r', 'Enter', ...LETTERS, 'Enter']) sat.seated.press(key);
    sat.seated.paste(ARMOR);
    sat.seated.press('Enter');
    expect(sat.toast()).toContain('only Esc');
    expect(sat.routes()).toEqual(['bytesOperation']);
    expect(sat.signed).toEqual([]);
    sat.seated.press('Esc');
    expect(sat.view()).toBeNull();
  });

  test('why there are none is said with its code and the way out, and r asks again', async () => {
    const refuse: SignableOptions['refuse'] = { bytes: refusal('E_TRUST', 'allowed_signers: line 3 is bad') };
    const sat = await openWay({ refuse });
    expect(shown(sat)).toContain('E_TRUST: allowed_signers: line 3 is bad');
    expect(shown(sat)).toContain('felhom signers check');
    delete refuse.bytes;
    sat.seated.press('b');
    expect(sat.toast()).toContain('r asks again');
    sat.seated.press('r');
    await settle(sat);
    expect(shown(sat)).toContain('EVERYTHING on this disk is lost');
  });

  test('a hostile label, mount point or model changes no cell beyond its own field', async () => {
    // What would look like another field, if it began a line.
    const evil =
      '\u001b[31mgoes on, serial          FAKE\u001b[2J\u202e\u2066\u200b\u{e0041}漢e\u0301\u0301\u0301\r\n\u009b5m';
    for (const [columns, rows, scroll] of [
      [160, 50, 0],
      [80, 24, 0],
      [80, 24, 9],
      [60, 15, 14],
      [40, 10, 14],
      [40, 10, 22],
    ] as const) {
      const cellsWith = async (text: string) => {
        const onIt = { label: text, mounted: text, model: text };
        const sat = await openWay({ onIt, seat: { columns, rows } }, 'a');
        const screen = createScreen(columns, rows);
        for (let line = 0; line < scroll; line += 1) sat.seated.press('Down');
        await screen.feed(new TextEncoder().encode(sat.seated.painted().replaceAll('\n', '\r\n')));
        const all = sat.seated.text();
        sat.seated.press('Esc');
        return { cells: screen.cells(), all };
      };
      const hostile = await cellsWith(evil);
      const shownAs = /label +(?<label>\S.*)$/m.exec(hostile.all)?.groups?.['label'];
      // As wide as the marks that stand for it, word for word.
      const asWide = Array.from(makeHarmless(evil)).map((each) =>
        each === ' ' ? ' ' : 'x'.repeat(cells(each)),
      );
      const plain = await cellsWith(asWide.join(''));
      const differing = hostile.cells.flatMap((row, y) => {
        const other = plain.cells[y] ?? [];
        const xs = row.flatMap((cell, x) => (JSON.stringify(cell) === JSON.stringify(other[x]) ? [] : [x]));
        return xs.length === 0 ? [] : [{ y, first: Math.min(...xs), row: hostile.all.split('\n')[y] ?? '' }];
      });
      // What differs: values behind their names, and the digest, which is another one.
      for (const { row, first } of differing) {
        expect({ columns, row: row.slice(0, first) }).toEqual({
          columns,
          row: expect.stringMatching(/^(?:model|to compare|SHA-256)? {6,}(?:label .*|last mounted .*)?$/),
        });
      }
      // With room for it the label is there whole.
      expect(columns < 160 || shownAs?.includes('<U+202E>')).toBe(true);
    }
  });
});

describe('Way B, the forwarded ssh-agent', () => {
  test('S, b, the word and Enter sign the very bytes; the word and Enter run it', async () => {
    const sat = await openWay({}, 'b');
    expect(shown(sat)).toContain('root on this host could use it for more than this');
    expect(shown(sat)).toContain('usable anna@felhom.eu ssh-ed25519');
    sat.seated.press(...LETTERS, 'Enter');
    await settle(sat);
    expect(sat.signed).toEqual([sat.message()]);
    expect(bodiesOf(sat, 'submitOperation')).toEqual([{ signature: ARMOR }]);
    expect(shown(sat)).toContain('Signed by anna@felhom.eu with ssh-ed25519 SHA256:uNiVztksCsDhcc0u9e8B');
    expect(sat.routes()).toEqual(['bytesOperation', 'submitOperation']);
    await sat.polled();
    expect(shown(sat)).toContain('Ledger no. 7, c0de c0de c0de c0de.');
    sat.seated.press(...LETTERS, 'Enter');
    await settle(sat);
    expect(bodiesOf(sat, 'runOperation')).toEqual([{ confirm: WORD }]);
    expect(shown(sat)).toContain('It runs: zeroing');
    sat.change({
      progress: { bytes_done: 5e11, bytes_total: 1e12, rate: 2e8, left_s: 2500, stalled: false, at: 0 },
    });
    await sat.polled();
    expect(shown(sat)).toContain('50 % 191 MiB/s 41 m left');
    sat.end();
    await sat.polled();
    expect(shown(sat)).toContain('It is done: the new ext4 was made');
    expect(shown(sat)).toContain(`Ledger no. 8, op.done, `);
    expect(shown(sat)).toContain('c0de'.repeat(16));
  });

  test.each<[string, (sat: Sat) => void, string]>([
    ['another word', ({ seated }) => seated.press('x', 'Enter'), 'That is not B2F4XK'],
    ['Enter alone', ({ seated }) => seated.press('Enter'), 'That is not B2F4XK'],
    ['a pasted word', ({ seated }) => (seated.paste(WORD), seated.press('Enter')), 'That is not B2F4XK'],
    ['a paste with Enter in it', ({ seated }) => seated.paste(`${WORD}\r`), 'never confirms'],
    ['word and Enter in one event', ({ seated }) => seated.pressTogether(...LETTERS, 'Enter'), 'once more'],
  ])('%s does not sign', async (_what, act, said) => {
    const sat = await openWay({}, 'b');
    act(sat);
    expect(sat.toast()).toContain(said);
    expect(sat.signed).toEqual([]);
    expect(sat.view()?.doing).toBe(null);
  });

  test('keys that were on their way when the question appeared are dropped', async () => {
    const sat = await openWay({}, 'b');
    sat.seated.press('Esc', 'b');
    await expect.poll(() => sat.view()?.keys.state).toBe('listed');
    sat.seated.press(...LETTERS, 'Enter');
    expect(sat.view()?.typed).toBe('');
    sat.seated.pass(READABLE_MS);
    sat.seated.press(...LETTERS);
    expect(sat.view()?.typed).toBe(WORD);
  });

  test('the word that signed does not run: neither what was typed, nor what is typed too early', async () => {
    const answer = Promise.withResolvers<string>();
    const sat = await openWay({ acts: { sign: async () => answer.promise } }, 'b');
    sat.seated.press(...LETTERS, 'Enter');
    sat.seated.press(...LETTERS, 'Enter');
    answer.resolve(ARMOR);
    await expect.poll(() => sat.facts.operation.state).toBe('approved');
    await expect.poll(() => sat.view()?.doing).toBe(null);
    sat.seated.press(...LETTERS, 'Enter');
    sat.seated.pass(READABLE_MS);
    sat.seated.press('Enter');
    expect(sat.toast()).toContain('That is not B2F4XK');
    expect(sat.routes()).toEqual(['bytesOperation', 'submitOperation']);
  });

  test('nothing is answered that is not seen', async () => {
    const behind = { now: true };
    const sat = await openWay({ seat: { isBehind: () => behind.now } });
    sat.seated.press('b');
    sat.seated.pass(READABLE_MS);
    sat.seated.press('b');
    expect(sat.view()?.way).toBe('ways');
    behind.now = false;
    sat.seated.pass(READABLE_MS);
    sat.seated.press('b');
    expect(sat.view()?.way).toBe('agent');
  });

  test.each(SIGNER_CODES)('%s is told with the way out, and nothing is handed in', async (code) => {
    const refused = async () => Promise.reject(noAgent(code));
    for (const acts of [{ keys: refused }, { sign: refused }]) {
      const sat = await openWay({ acts }, 'b');
      sat.seated.press(...LETTERS, 'Enter');
      await settle(sat);
      expect(shown(sat)).toContain(`${code}: `);
      expect(shown(sat)).not.toContain('as the test says');
      expect(sat.routes()).toEqual(['bytesOperation']);
      sat.seated.press('Esc');
    }
  });

  test('without a key, or without one that may sign, it says so, and Enter lists them again', async () => {
    const keys = { now: [OTHER] };
    const sat = await openWay({ acts: { keys: async () => Promise.resolve(keys.now) } }, 'b');
    expect(shown(sat)).toContain('not a signer ssh-rsa');
    expect(shown(sat)).toContain('E_AGENT_NO_SIGNER');
    sat.seated.press(...LETTERS, 'Enter');
    expect(sat.signed).toEqual([]);
    keys.now = [];
    await expect.poll(() => sat.view()?.keys.state).toBe('listed');
    sat.seated.pass(READABLE_MS);
    sat.seated.press('Enter');
    await expect.poll(() => shown(sat)).toContain('E_AGENT_EMPTY');
    keys.now = [OTHER, ANNA];
    sat.seated.pass(READABLE_MS);
    sat.seated.press('Enter');
    await expect.poll(() => shown(sat)).toContain('▸ usable anna@felhom.eu');
  });

  test.each(SIGNER_STATES.filter((state) => state !== 'usable'))(
    'a key that is %s signs nothing',
    async (state) => {
      const sat = await openWay({ signers: [{ ...annasLine, state }] }, 'b');
      sat.seated.press(...LETTERS, 'Enter');
      await expect.poll(() => sat.view()?.keys).toMatchObject({ rows: [{ state }] });
      expect(sat.signed).toEqual([]);
    },
  );

  test('of several that may, the first is chosen, and arrows choose another one', async () => {
    const second = { ...OTHER, touch: true };
    const signers = [
      annasLine,
      { ...annasLine, principal: 'bela@felhom.eu', fingerprint: second.fingerprint },
    ];
    const sat = await openWay(
      { signers, acts: { keys: async () => Promise.resolve([ANNA, second]), sign: never } },
      'b',
    );
    sat.seated.press('Down');
    expect(shown(sat)).toContain('to sign as bela@felhom.eu');
    expect(shown(sat)).toContain('usable · wants to be touched bela@felhom.eu');
    sat.seated.press(...LETTERS, 'Enter');
    expect(shown(sat)).toContain('TOUCH THE KEY: it is asked to sign; 1 m left');
  });

  test('a key that hangs is waited for in sight; Esc gives up at once, and its late signature is not handed in', async () => {
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const asked = answers.values();
    const sign = async () => asked.next().value?.promise ?? ARMOR;
    const sat = await openWay({ acts: { sign } }, 'b');
    sat.seated.press(...LETTERS, 'Enter');
    sat.seated.pass(20_000);
    await sat.polled();
    expect(shown(sat)).toMatch(/The key is asked to sign; (?:39|40) s left/);
    sat.seated.press('Esc');
    expect(shown(sat)).toContain('E_AGENT_CANCELLED');
    // Not even while another one is waited for.
    sat.seated.press(...LETTERS, 'Enter');
    expect(sat.signed).toHaveLength(2);
    answers.shift()?.resolve(ARMOR);
    await sat.polled();
    expect(sat.routes()).toEqual(['bytesOperation']);
  });

  test('a view that is closed hands nothing in', async () => {
    const answer = Promise.withResolvers<string>();
    const sat = await openWay({ acts: { sign: async () => answer.promise } }, 'b');
    sat.seated.press(...LETTERS, 'Enter');
    sat.seated.press('Esc', 'Esc', 'Esc');
    expect(sat.view()).toBeNull();
    answer.resolve(ARMOR);
    await sat.polled();
    expect(sat.routes()).toEqual(['bytesOperation']);
  });

  test('what the agent refuses stays in sight with its code and hint, and can be tried again', async () => {
    const refuse: SignableOptions['refuse'] = {
      submit: refusal('E_KEY_REVOKED', 'the key of anna was revoked'),
    };
    const sat = await openWay({ refuse }, 'b');
    sat.seated.press(...LETTERS, 'Enter');
    await settle(sat);
    expect(shown(sat)).toContain('E_KEY_REVOKED: the key of anna was revoked');
    expect(shown(sat)).toContain('Use another key.');
    expect(sat.view()).toMatchObject({ way: 'agent', typed: WORD });
    delete refuse.submit;
    sat.seated.press('Enter');
    await settle(sat);
    expect(sat.facts.operation.state).toBe('approved');
  });
});

describe('Way A, the laptop', () => {
  const env = {
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    USER: 'anna',
    SSH_CONNECTION: '10.0.0.2 5 10.0.0.9 22',
  };

  test('shows commands for this very host, copies them in two halves, and goes on by itself', async () => {
    const sat = await openWay({ seat: { env } }, 'a');
    const get = `ssh anna@10.0.0.9 felhom op bytes ${waiting.id} > op.json`;
    expect(shown(sat)).toContain(get);
    sat.seated.press('y', 'y');
    expect(sat.seated.copied).toEqual([
      `${get} && cat op.json`,
      `ssh-keygen -Y sign -n op-approval.v1@felhom.eu -f ~/.ssh/id_ed25519 op.json && ssh anna@10.0.0.9 felhom op submit ${waiting.id} < op.json.sig`,
    ]);
    sat.approve();
    await sat.polled();
    expect(shown(sat)).toContain('Approved: it can be run');
    expect(sat.routes()).toEqual(['bytesOperation']);
  });

  test.each([
    [{ ...env, SUDO_USER: 'bela', USER: 'root' }, 'ssh bela@10.0.0.9 sudo felhom'],
    [{ ...env, SSH_CONNECTION: '10.0.0.2 5 10.0.0.9 2222' }, 'ssh -p 2222 anna@10.0.0.9 felhom'],
    [{ ...env, SSH_CONNECTION: '', USER: '$(reboot)' }, 'ssh USER@HOST felhom'],
  ])('of %o makes %s', async (other, command) => {
    const sat = await openWay({ seat: { env: other } }, 'a');
    expect(shown(sat)).toContain(command);
  });
});

describe('Way C, offline', () => {
  test('prints the bytes as a here-document that gives them back, and their digest', async () => {
    const sat = await openWay({}, 'c');
    sat.seated.press('p');
    const { aside } = sat.seated;
    const from = aside.indexOf("base64 -d > op.json <<'END'") + 1;
    const lines = aside.slice(from, aside.indexOf('END', from));
    expect(Buffer.from(lines.join(''), 'base64').toString()).toBe(sat.message());
    expect(Math.max(...lines.map(({ length }) => length))).toBe(64);
    const digest = sat.facts.operation.bytes?.sha256.slice(0, 16).replaceAll(/(.{4})(?!$)/g, '$1 ') ?? 'none';
    expect(aside.join('\n')).toContain(digest);
    expect(shown(sat)).toContain(digest);
  });

  const withCr = ARMOR.replaceAll('\n', '\r');
  test.each<[string, (sat: Sat) => void]>([
    ['in one paste with CR line ends', ({ seated }) => seated.paste(withCr)],
    ['in three pastes', ({ seated }) => withCr.match(/[^]{1,40}/g)?.forEach((piece) => seated.paste(piece))],
    [
      'in pastes that lost the ends of the first and last lines',
      ({ seated }) =>
        ARMOR.trim()
          .split('\n')
          .forEach((line) => seated.paste(line)),
    ],
    [
      'typed, letter by letter',
      ({ seated }) => {
        for (const letter of ARMOR.trim()) {
          seated.press(letter === '\n' ? 'Enter' : letter === ' ' ? 'Space' : letter);
        }
      },
    ],
  ])('a signature %s is handed in by Enter', async (_what, bring) => {
    const sat = await openWay({}, 'c');
    bring(sat);
    expect(shown(sat)).toMatch(/Lines pasted: \d\. Enter hands them in/);
    sat.seated.press('Enter');
    await settle(sat);
    const [body] = bodiesOf(sat, 'submitOperation');
    // Where a paste tore a line, the base64 goes on in the next one, or in the same.
    expect(JSON.stringify(body).replaceAll('\\n', '')).toBe(
      JSON.stringify({ signature: ARMOR }).replaceAll('\\n', ''),
    );
    expect(body).toMatchObject({
      signature: expect.stringMatching(
        /^-----BEGIN SSH SIGNATURE-----\n[^]*\n-----END SSH SIGNATURE-----\n$/,
      ),
    });
    expect(shown(sat)).toContain('Approved');
  });

  test('what is pasted is never a key, here and on every other page', async () => {
    const sat = await openWay({}, 'c');
    sat.seated.paste('q\rwy\r');
    expect(sat.view()).toMatchObject({ pasted: 'q\nwy\n', asking: null });
    sat.seated.press('Esc', 'Esc');
    sat.seated.paste('by\rq');
    expect(sat.view()).toMatchObject({ way: 'ways', asking: null, pasted: '' });
    expect(sat.routes()).toEqual(['bytesOperation']);
  });

  test('a wrong thing is refused by the agent in plain words and kept; Esc clears it, then leaves', async () => {
    const refuse = { submit: refusal('E_SIG_ARMOR', 'no BEGIN SSH SIGNATURE') };
    const sat = await openWay({ refuse }, 'c');
    sat.seated.paste('ssh-ed25519 AAAA anna');
    sat.seated.press('Enter');
    await settle(sat);
    expect(shown(sat)).toContain('E_SIG_ARMOR: no BEGIN SSH SIGNATURE. That is no signature.');
    expect(sat.view()?.pasted).toBe('ssh-ed25519 AAAA anna');
    sat.seated.press('Esc');
    expect(sat.view()).toMatchObject({ way: 'offline', pasted: '', refusal: null });
    sat.seated.press('Esc');
    expect(sat.view()).toMatchObject({ way: 'ways' });
    sat.seated.press('Esc');
    expect(sat.view()).toBeNull();
  });

  test('half a signature and one without measure are not handed in', async () => {
    const sat = await openWay({}, 'c');
    sat.seated.paste(ARMOR.slice(0, 40));
    sat.seated.press('Enter');
    expect(shown(sat)).toContain('END SSH SIGNATURE is still missing');
    sat.seated.paste('A'.repeat(70_000));
    expect(sat.view()?.pasted.length).toBeLessThan(17_000);
    sat.seated.press('Enter');
    expect(shown(sat)).toContain('too long');
    expect(sat.routes()).toEqual(['bytesOperation']);
  });

  test('o makes bytes for 24 hours after a y, and for what it costs', async () => {
    const sat = await openWay({}, 'c');
    expect(shown(sat)).toContain('(for 59 m). o makes new ones');
    sat.seated.press('o');
    expect(shown(sat)).toContain('must sign the new ones');
    sat.seated.pass(READABLE_MS);
    sat.seated.press('n');
    expect(sat.routes()).toEqual(['bytesOperation']);
    sat.seated.press('o');
    sat.seated.press('y');
    expect(sat.routes()).toEqual(['bytesOperation']);
    sat.seated.pass(READABLE_MS);
    sat.seated.press('y');
    await settle(sat);
    expect(bodiesOf(sat, 'bytesOperation')[1]).toEqual({ renew: true, offline: true, wipe: 'full' });
    expect(sat.view()?.way).toBe('offline');
    expect(shown(sat)).toMatch(/\(for (?:1 d|23 h 59 m)\)\./);
    sat.seated.press('o');
    expect(sat.toast()).toContain('24 hours already');
  });
});

describe('Other bytes', () => {
  test('w asks before it makes bytes for a quick wipe, and what they say is shown', async () => {
    const sat = await openWay({}, 'w');
    sat.seated.press('y');
    await settle(sat);
    expect(bodiesOf(sat, 'bytesOperation')[1]).toEqual({ renew: true, offline: false, wipe: 'quick' });
    expect(shown(sat)).toContain('the places where formats are recognised are zeroed');
    sat.seated.press('w');
    expect(shown(sat)).toContain('Ask for a full wipe');
  });

  test('that were made elsewhere make these ones void; r shows them', async () => {
    const sat = await openWay({}, 'b');
    sat.seated.press(...LETTERS);
    const old = sat.message();
    sat.makeBytes({ wipe: 'quick' });
    await sat.polled();
    expect(shown(sat)).toContain('other bytes were made since');
    sat.seated.pass(READABLE_MS);
    sat.seated.press(...LETTERS, 'Enter');
    expect(sat.signed).toEqual([]);
    sat.seated.press('Esc');
    sat.seated.press('r');
    await settle(sat);
    expect(bodiesOf(sat, 'bytesOperation')).toEqual([{}, {}]);
    expect(sat.message()).not.toBe(old);
    expect(shown(sat)).toContain('quick: old data stays readable');
  });

  test('a signature of bytes that became void meanwhile is not handed in', async () => {
    const answer = Promise.withResolvers<string>();
    const sat = await openWay({ acts: { sign: async () => answer.promise } }, 'b');
    sat.seated.press(...LETTERS, 'Enter');
    sat.makeBytes();
    await sat.polled();
    answer.resolve(ARMOR);
    await sat.polled();
    expect(sat.routes()).toEqual(['bytesOperation']);
  });

  test('are needed when the time is over: r asks for ones alike, with nothing to confirm', async () => {
    const sat = await openWay({}, 'w');
    sat.seated.press('y');
    await settle(sat);
    sat.seated.press('b');
    sat.seated.pass(3_600_000);
    await sat.polled();
    sat.seated.press(...LETTERS, 'Enter');
    expect(sat.signed).toEqual([]);
    expect(shown(sat)).toContain('the time for signing these bytes is over');
    sat.seated.press('Esc', 'r');
    await settle(sat);
    expect(bodiesOf(sat, 'bytesOperation').at(-1)).toEqual({ offline: false, wipe: 'quick' });
    expect(shown(sat)).toContain('quick: old data stays readable');
  });
});

describe('The target', () => {
  test.each<[string, (sat: Sat) => void]>([
    ['becomes another disk', ({ change }) => void change({ durable_id: 'byid:other' })],
    ['gets other facts', ({ change }) => void change({ facts_sha256: 'cd'.repeat(32) })],
    ['gets another word', ({ change }) => void change({ confirm_word: 'OTHER1' })],
    ['is not known any more', ({ facts }) => void Object.assign(facts, { gone: true })],
  ])('that %s leaves only Esc', async (_what, becomes) => {
    const sat = await openWay({}, 'b');
    sat.seated.press(...LETTERS);
    becomes(sat);
    await sat.polled();
    sat.seated.pass(READABLE_MS);
    expect(shown(sat)).toContain('no longer what it was');
    sat.seated.press('Enter', ...LETTERS, 'Enter');
    expect(sat.toast()).toContain('only Esc');
    expect(sat.signed).toEqual([]);
    sat.seated.press('Esc');
    expect(sat.view()).toBeNull();
  });

  test('of an approved one that changes is not run', async () => {
    const sat = await sitBeforeSignable();
    sat.makeBytes();
    sat.approve();
    await sat.polled();
    await sat.opened();
    sat.seated.press(...LETTERS);
    sat.change({ fs_uuid: '00000000-4b54-4f2b-9f0e-2f6f3f9a1c55' });
    await sat.polled();
    sat.seated.pass(READABLE_MS);
    sat.seated.press('Enter');
    expect(sat.routes()).toEqual(['bytesOperation']);
  });

  test('that somebody else denies, or signs, is shown so', async () => {
    const sat = await openWay({ acts: { sign: never } }, 'b');
    sat.seated.press(...LETTERS, 'Enter');
    sat.approve();
    await sat.polled();
    expect(sat.view()).toMatchObject({ doing: null, typed: '' });
    expect(shown(sat)).toContain('Approved: it can be run');
    sat.end({ state: 'denied', dirty: false });
    await sat.polled();
    expect(shown(sat)).toContain('denied It is over. No byte of the device was written');
  });
});

describe('Running', () => {
  const approved = async (options: SignableOptions = {}) => {
    const sat = await sitBeforeSignable(options);
    sat.makeBytes();
    sat.approve();
    await sat.polled();
    await sat.opened();
    return sat;
  };

  test.each<[string, (sat: Sat) => void]>([
    ['another word', ({ seated }) => seated.press('x', 'Enter')],
    ['a paste', ({ seated }) => (seated.paste(WORD), seated.press('Enter'))],
    ['all in one event', ({ seated }) => seated.pressTogether(...LETTERS, 'Enter')],
  ])('is not begun by %s', async (_what, act) => {
    const sat = await approved();
    act(sat);
    expect(sat.routes()).toEqual(['bytesOperation']);
  });

  test('that is refused says why and stays approved', async () => {
    const sat = await approved({ refuse: { run: refusal('E_DEVICE_HELD', 'sdb1 is mounted on /srv') } });
    sat.seated.press(...LETTERS, 'Enter');
    await settle(sat);
    expect(shown(sat)).toContain('E_DEVICE_HELD: sdb1 is mounted on /srv. ');
    expect(shown(sat)).toContain('Type B2F4XK and press Enter to run it');
  });

  test('goes on when the view is closed, and S finds it again; x stops it after a y', async () => {
    const sat = await approved();
    sat.seated.press(...LETTERS, 'Enter');
    await settle(sat);
    sat.seated.press('Esc');
    expect(sat.view()).toBeNull();
    await sat.polled();
    await sat.opened();
    expect(shown(sat)).toContain('It runs: zeroing');
    expect(shown(sat)).toContain('As the agent lists it');
    sat.seated.press('x');
    sat.seated.press('y');
    sat.seated.pass(READABLE_MS);
    expect(sat.routes()).not.toContain('cancelOperation');
    sat.seated.press('y');
    await settle(sat);
    expect(sat.routes().filter((route) => route === 'cancelOperation')).toHaveLength(1);
    sat.change({ stage: 'mkfs' });
    await sat.polled();
    sat.seated.press('x');
    expect(sat.toast()).toContain('too late');
  });

  test('with the agent away is told as far as it was, and not that nothing is done', async () => {
    const sat = await approved();
    sat.seated.press(...LETTERS, 'Enter');
    await settle(sat);
    const since = sat.seated.session.now();
    sat.seated.console.shown.setState({
      connection: { state: 'lost', since, reason: 'ECONNREFUSED', retryAt: since + 1000 },
    });
    expect(shown(sat)).toContain('It runs: zeroing');
    expect(shown(sat)).toContain('Whether it still runs is not known: the agent has not answered');
    expect(shown(sat)).not.toContain('Nothing is done now');
  });

  test('and stopped while it zeroed did not begin a file system', async () => {
    const sat = await approved();
    sat.end({
      state: 'cancelled',
      stage: 'wiping',
      dirty: true,
      ended: { at: INVENTED_AT, code: 'E_CANCELLED', detail: 'a part of the disk was zeroed already' },
    });
    await sat.polled();
    expect(shown(sat)).toContain('cancelled: Somebody stopped it. (a part of the disk was zeroed already)');
    expect(shown(sat)).toContain('the new ext4 was not begun');
  });
});

describe('Nothing is signed or run', () => {
  test('with --read-only, and S says so', async () => {
    const sat = await sitBeforeSignable({ seat: { readOnly: true } });
    sat.seated.press('S');
    expect(sat.toast()).toContain('read-only');
    expect(sat.view()).toBeNull();
  });

  test('while the display is frozen', async () => {
    const sat = await sitBeforeSignable();
    sat.seated.press('f', 'S');
    expect(sat.toast()).toContain('frozen');
    expect(sat.view()).toBeNull();
  });

  test('with several rows marked', async () => {
    const sat = await sitBeforeSignable();
    sat.seated.console.view.setState((state) => ({
      lists: { ...state.lists, pending: { ...state.lists.pending, marks: new Set([waiting.id, 'op_2']) } },
    }));
    sat.seated.press('S');
    expect(sat.toast()).toContain('one row at a time');
  });

  test.each(['done', 'denied', 'expired', 'invalid', 'superseded', 'failed'] as const)(
    'that is %s',
    async (state) => {
      const sat = await sitBeforeSignable({ operation: { state } });
      sat.seated.press('S');
      expect(sat.toast()).toContain('it is over');
      expect(sat.routes()).toEqual([]);
    },
  );

  test('on a screen without operations', async () => {
    const sat = await sitBeforeSignable();
    sat.seated.press('2', 'S');
    expect(sat.toast()).toContain('screen 5');
  });

  test('while the agent is away: the view stays with its last facts, and says why', async () => {
    const sat = await openWay({}, 'b');
    const since = sat.seated.session.now();
    sat.seated.console.shown.setState({
      connection: { state: 'lost', since, reason: 'ECONNREFUSED', retryAt: since + 1000 },
    });
    sat.seated.press(...LETTERS, 'Enter');
    expect(sat.toast()).toContain('has not answered');
    expect(shown(sat)).toContain('Nothing is done now: the agent has not answered');
    expect(shown(sat)).toContain('Z9A0A1B2F4XK');
    expect(sat.signed).toEqual([]);
    sat.seated.press('Esc');
    sat.seated.pass(READABLE_MS);
    sat.seated.press('r');
    sat.seated.pass(READABLE_MS);
    sat.seated.press('y');
    expect(sat.routes()).toEqual(['bytesOperation']);
  });
});

test('help on screen 5 tells the keys of the sign view', async () => {
  const sat = await sitBeforeSignable({ seat: { rows: 80 } });
  sat.seated.press('?');
  expect(shown(sat)).toContain('b sign with the forwarded ssh-agent');
});
