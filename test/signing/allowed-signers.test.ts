// Lines of allowed and revoked signers: what is taken, what refuses the file, and that ours is never the more
// generous of the two readers.
import { expect, test } from 'vitest';
import type { RunTool } from '../../src/base/run-tool.ts';
import { APPROVAL_NAMESPACE } from '../../src/contracts/approval-payload.ts';
import { parseAllowedSigners } from '../../src/signing/allowed-signers.ts';
import { parseRevokedSigners } from '../../src/signing/revoked-signers.ts';
import { formatUtc, parseUtc } from '../../src/signing/utc-time.ts';
import { pseudoRandom } from '../contracts/pseudo-random.ts';
import { allowLine, makeKey, signByKeygen } from './keys.ts';
import { makeSecurityKey } from './make-sk.ts';
import { acceptedByKeygen, judgeTest, MESSAGE, readTestTrust, trustOf, writeTrust } from './trust-folder.ts';

const NAMESPACES = `namespaces="${APPROVAL_NAMESPACE}"`;
const { line: KEY } = makeSecurityKey();
const [TYPE = '', BASE64 = ''] = KEY.split(' ');

test('a line holds a name, its options, a key and a comment, and any blanks between them', () => {
  const text = [
    '# who may approve',
    '',
    `  anna@felhom.eu\t${NAMESPACES},valid-after="20260101Z",valid-before="202701011530Z"   ${KEY} Anna's key`,
    `bela namespaces="git,${APPROVAL_NAMESPACE}" ${makeSecurityKey().line}`,
    '   # the end',
  ].join('\n');
  const { signers, problems } = parseAllowedSigners(text);
  expect(problems).toEqual([]);
  expect(signers).toMatchObject([
    {
      principal: 'anna@felhom.eu',
      line: 3,
      validAfter: Date.UTC(2026, 0, 1),
      validBefore: Date.UTC(2027, 0, 1, 15, 30),
      namespaces: [APPROVAL_NAMESPACE],
    },
    {
      principal: 'bela',
      line: 4,
      validAfter: null,
      validBefore: null,
      namespaces: ['git', APPROVAL_NAMESPACE],
    },
  ]);
});

test.each([
  ['a list of names', `anna,bela ${NAMESPACES} ${KEY}`, /one plain name/],
  ['a wildcard', `* ${NAMESPACES} ${KEY}`, /one plain name/],
  ['a wildcard inside', `anna@* ${NAMESPACES} ${KEY}`, /one plain name/],
  ['one letter that is any', `ann? ${NAMESPACES} ${KEY}`, /one plain name/],
  ['a negation', `!anna ${NAMESPACES} ${KEY}`, /one plain name/],
  ['a name in quotes', `"anna" ${NAMESPACES} ${KEY}`, /one plain name/],
  ['a name like an option', `-anna ${NAMESPACES} ${KEY}`, /one plain name/],
  ['a name without end', `${'a'.repeat(129)} ${NAMESPACES} ${KEY}`, /one plain name/],
  ['no options', `anna ${KEY}`, /namespaces=/],
  ['a name alone', 'anna', /namespaces=/],
  ['no key', `anna ${NAMESPACES}`, /key is missing/],
  [
    'no namespaces',
    `anna valid-after="20260101Z" ${KEY}`,
    /namespaces="op-approval.v1@felhom.eu" is missing/,
  ],
  ['namespaces without a value', `anna namespaces ${KEY}`, /needs a value/],
  ['empty namespaces', `anna namespaces="" ${KEY}`, /plain names/],
  ['namespaces by wildcard', `anna namespaces="*" ${KEY}`, /plain names/],
  ['namespaces by negation', `anna namespaces="!git,op-approval.v1@felhom.eu" ${KEY}`, /plain names/],
  ['namespaces without quotes', `anna namespaces=op-approval.v1@felhom.eu ${KEY}`, /must stand/],
  ['an option in capitals', `anna NAMESPACES="${APPROVAL_NAMESPACE}" ${KEY}`, /must stand/],
  ['an escaped quote', `anna namespaces="a\\"b" ${KEY}`, /must stand/],
  ['blanks inside the options', `anna ${NAMESPACES}, valid-after="20260101Z" ${KEY}`, /must stand/],
  ['an option twice', `anna ${NAMESPACES},${NAMESPACES} ${KEY}`, /twice/],
  [
    'an option that is not known',
    `anna ${NAMESPACES},no-touch-required ${KEY}`,
    /no option no-touch-required/,
  ],
  ['an authority of certificates', `anna cert-authority,${NAMESPACES} ${KEY}`, /certificates are not taken/],
  ['a local time', `anna ${NAMESPACES},valid-before="20270101" ${KEY}`, /in UTC/],
  ['a time in hex', `anna ${NAMESPACES},valid-before="0x7fffffff" ${KEY}`, /in UTC/],
  ['February 30', `anna ${NAMESPACES},valid-before="20270230Z" ${KEY}`, /in UTC/],
  ['the epoch, which would be no bound', `anna ${NAMESPACES},valid-before="19700101Z" ${KEY}`, /in UTC/],
  ['hour 24', `anna ${NAMESPACES},valid-before="202701012400Z" ${KEY}`, /in UTC/],
  ['an empty time', `anna ${NAMESPACES},valid-after="" ${KEY}`, /in UTC/],
  [
    'an end before the beginning',
    `anna ${NAMESPACES},valid-after="20270102Z",valid-before="20270101Z" ${KEY}`,
    /ends before it begins/,
  ],
  ['a key cut short', `anna ${NAMESPACES} ${KEY.slice(0, -6)}`, /ends too early|damaged/],
  ['a key with letters too many', `anna ${NAMESPACES} ${KEY}AAAA`, /too many|damaged/],
  ['a key in another spelling', `anna ${NAMESPACES} ${TYPE} ${BASE64}=`, /damaged/],
  [
    'a key of another kind than it says',
    `anna ${NAMESPACES} ssh-ed25519 ${BASE64}`,
    /not what stands before/,
  ],
  ['a kind that is not taken', `anna ${NAMESPACES} ssh-dss AAAAB3NzaC1kc3MAAAAA`, /ssh-dss are not taken/],
  ['a letter beyond ASCII', `anna ${NAMESPACES} ${KEY} Ann\u00e1`, /printable ASCII/],
  ['one in a comment', '# Ann\u00e1', /printable ASCII/],
  ['a zero byte', `anna ${NAMESPACES} ${KEY}\0`, /printable ASCII/],
  ['a line end of Windows', `anna ${NAMESPACES} ${KEY}\r`, /Windows/],
])('%s refuses the file, and the problem names the line', (_what, line, detail) => {
  const { problems } = parseAllowedSigners(`# first\n${line}\n${allowLine('bela', makeSecurityKey().line)}`);
  expect(problems).toEqual([{ line: 2, detail: expect.stringMatching(detail) }]);
});

test('one key under two names, or twice under one, refuses the file', () => {
  for (const second of ['bela', 'anna']) {
    const { problems } = parseAllowedSigners(`${allowLine('anna', KEY)}\n${allowLine(second, KEY)}`);
    expect(problems).toEqual([{ line: 3, detail: 'the same key stands in line 1: keep one of the two' }]);
  }
});

test('one person may have two keys', async () => {
  const [laptop, other] = [makeKey(), makeKey('ecdsa-256')];
  const trust = await trustOf({ allowed: allowLine('anna', laptop.line) + allowLine('anna', other.line) });
  for (const key of [laptop, other]) {
    const armor = signByKeygen(key, MESSAGE);
    expect(await judgeTest({ armor, trust })).toMatchObject({ state: 'good', principal: 'anna' });
  }
});

test('what ssh-keygen alone lets through, ours refuses with the whole file', async () => {
  const key = makeKey();
  const armor = signByKeygen(key, MESSAGE);
  const generous = [
    `* ${key.line}\n`,
    `anna,bela ${key.line}\n`,
    `anna ${key.line}\nbela ${key.line}\n`,
    `anna namespaces="op-*" ${key.line}\n`,
    `"anna" ${NAMESPACES} ${key.line}\n`,
    // It stops at the first line that fits, and never sees the rest.
    `${allowLine('anna', key.line)}nonsense\n`,
    `${allowLine('anna', key.line)}* ${makeKey().line}\n`,
  ];
  for (const allowed of generous) {
    expect(await acceptedByKeygen({ allowed, armor })).toBe(true);
    expect(await judgeTest({ armor, trust: await trustOf({ allowed }) })).toMatchObject({ code: 'E_TRUST' });
  }
});

test(
  'among six thousand random files, ours lets nobody sign whom ssh-keygen does not',
  { timeout: 300_000 },
  async () => {
    const key = makeKey();
    const armor = signByKeygen(key, MESSAGE);
    const nextFile = randomFiles([key.line, makeKey().line], pseudoRandom(4));
    const yes = agreeable(key.fingerprint);
    const onlyOurs: string[] = [];
    const tried = new Set<string>();
    let ours = 0;
    for (let round = 0; round < 6000; round += 1) {
      const allowed = nextFile();
      // Two of three that have no problems were there before.
      if (tried.has(allowed) || parseAllowedSigners(allowed).problems.length > 0) continue;
      tried.add(allowed);
      const trust = await readTestTrust(writeTrust({ allowed }), { runTool: yes });
      const judged = await judgeTest({ armor, trust, runTool: yes });
      if (judged.state !== 'good') continue;
      ours += 1;
      if (!(await acceptedByKeygen({ allowed, armor, principal: judged.principal }))) onlyOurs.push(allowed);
    }
    expect(onlyOurs).toEqual([]);
    // Enough of them are good for this to mean something.
    expect(ours).toBeGreaterThan(150);
  },
);

/** Of one or two lines that are mostly as they should be. */
function randomFiles(
  [ours, others]: readonly [string, string],
  random: (limit: number) => number,
): () => string {
  const usually = (value: string, ...rare: readonly string[]) =>
    random(4) > 0 ? value : (rare[random(rare.length)] ?? value);
  const name = () => usually('anna', 'bela', 'an*', '*', '!anna', 'anna,bela', '"anna"', '#anna', 'Anna');
  const time = () =>
    usually(
      '20260101Z',
      '20270101Z',
      '202608031200Z',
      '20260803120000Z',
      '20260803115959Z',
      '20260803120001Z',
    ) + usually('', '', 'Z', ' ');
  const namespaces = () =>
    usually(
      NAMESPACES,
      'namespaces="git"',
      `namespaces="git,${APPROVAL_NAMESPACE}"`,
      'namespaces="op-*"',
      '',
    );
  const more = () =>
    usually(
      '',
      `,valid-after="${time()}"`,
      `,valid-before="${time()}"`,
      ',valid-after',
      ',cert-authority',
      ',,',
      ', x',
    );
  const keyText = () => usually(ours, others, ours.slice(0, -3), `${ours}A`);
  const blank = () => usually(' ', '\t', '  ', ' \t', '');
  const line = () => {
    const start = usually('', ' ', '\ufeff');
    const made =
      start +
      name() +
      blank() +
      namespaces() +
      more() +
      more() +
      blank() +
      keyText() +
      usually('', ' x', '\r');
    if (random(8) > 0) return made;
    const at = random(made.length);
    return made.slice(0, at) + String.fromCodePoint(random(256)) + made.slice(at + random(2));
  };
  return () => [line(), ...(random(4) === 0 ? [line()] : [])].join('\n') + usually('\n', '');
}

test('times are in UTC, to the day, the minute or the second', () => {
  expect(parseUtc('20260803Z')).toBe(Date.UTC(2026, 7, 3));
  expect(parseUtc('202608031415Z')).toBe(Date.UTC(2026, 7, 3, 14, 15));
  expect(parseUtc('20260803141516Z')).toBe(Date.UTC(2026, 7, 3, 14, 15, 16));
  expect(parseUtc('20240229Z')).toBe(Date.UTC(2024, 1, 29));
  expect(formatUtc(Date.UTC(2026, 7, 3, 14, 15, 16, 999))).toBe('20260803141516Z');
  for (const wrong of [
    '20260803',
    '20260803z',
    '2026080314Z',
    '20230229Z',
    '20261301Z',
    '20260803246000Z',
    ' 20260803Z',
  ]) {
    expect(parseUtc(wrong)).toBeUndefined();
  }
});

test('revoked keys stand one a line; anything else refuses the file', () => {
  const rsa = makeKey('rsa-2048');
  const { keys, problems } = parseRevokedSigners(`# gone\n\n${KEY} of Anna\n  ${rsa.line}\n`);
  expect(problems).toEqual([]);
  expect(keys.map(({ fingerprint }) => fingerprint)).toContain(rsa.fingerprint);
  expect(keys).toHaveLength(2);
  const wrong = [
    'anna',
    'SHA256:abc',
    `anna ${KEY}`,
    `serial: 1`,
    BASE64,
    `${KEY}\r`,
    KEY.slice(0, -4),
    '# \u00e1',
  ];
  for (const line of wrong) {
    expect(parseRevokedSigners(`\n${line}\n`).problems).toMatchObject([{ line: 2 }]);
  }
});

test('a binary list of revoked keys (KRL) is refused, and says what to write', () => {
  const { problems } = parseRevokedSigners('SSHKRL\n\0\0\0\0\u0001\0\0');
  expect(problems[0]).toMatchObject({ line: 1, detail: expect.stringMatching(/one public key a line/) });
});

/** A second verifier that says yes to whoever is asked about. */
const agreeable =
  (fingerprint: string): RunTool =>
  async ({ args }) => {
    const principal = args[args.indexOf('-I') + 1] ?? '';
    const stdout = `Good "${APPROVAL_NAMESPACE}" signature for ${principal} with ED25519 key ${fingerprint}\n`;
    return Promise.resolve({ state: 'ended', code: 0, stdout, stderr: '' });
  };
