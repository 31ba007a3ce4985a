// The client of ssh-agent: with real agents and real keys, and with agents that mean ill.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ActionableError } from '../../src/base/errors.ts';
import { createSigner } from '../../src/clients/signer.ts';
import { pseudoRandom } from '../contracts/pseudo-random.ts';
import { APPROVAL_NAMESPACE } from '../../src/contracts/approval-payload.ts';
import type { SignerCode } from '../../src/contracts/signer.ts';
import { readIdentities, readSignature } from '../../src/signing/agent-messages.ts';
import { createSshAgent } from '../../src/signing/ssh-agent.ts';
import { parseArmor, parseSshsig } from '../../src/signing/sshsig.ts';
import { wireString, wireUint32 } from '../../src/signing/wire.ts';
import { framed, identities, startHostileAgent } from './hostile-agent.ts';
import { allowLine, GOOD_KINDS, makeKey, makeSigningFolder, signByKeygen, type Kind } from './keys.ts';
import { makeSecurityKey, SK_KINDS, TOUCHED, type SecurityKey } from './make-sk.ts';
import { run, startSshAgent } from './real-ssh-agent.ts';
import { startTokenAgent } from './token-agent.ts';
import { judgeTest, MESSAGE as TEST_MESSAGE, trustOf } from './trust-folder.ts';

const MESSAGE = '{"not":"an operation"}\n';
const never = (): AbortSignal => new AbortController().signal;
const refusal = (code: SignerCode) => ({ name: 'ActionableError', kind: 'refused', code });

describe('A real ssh-agent', () => {
  test.each(GOOD_KINDS)('signs with %s, and ssh-keygen finds it good', async (kind) => {
    const folder = makeSigningFolder();
    const agent = await startSshAgent();
    const key = makeKey(kind);
    agent.add([key.path]);
    const signer = createSigner({ SSH_AUTH_SOCK: agent.socket });
    expect(await signer.listKeys(never())).toEqual([
      {
        fingerprint: key.fingerprint,
        keyType: key.line.split(' ')[0],
        comment: `of a test, ${kind}`,
        touch: false,
      },
    ]);
    const signature = join(folder, 'signature');
    writeFileSync(signature, await signer.sign(key.fingerprint, MESSAGE, never()));
    const allowed = join(folder, 'allowed');
    writeFileSync(allowed, allowLine('anna', key.line));
    const words = ['-Y', 'verify', '-f', allowed, '-I', 'anna', '-n', APPROVAL_NAMESPACE, '-s', signature];
    expect(run('ssh-keygen', words, {}, MESSAGE)).toContain(
      `Good "${APPROVAL_NAMESPACE}" signature for anna`,
    );
    expect(() => run('ssh-keygen', words, {}, `${MESSAGE} `)).toThrow(/verification/);
  });

  test('without keys, and a locked one, look the same and say so', async () => {
    const agent = await startSshAgent();
    const signer = createSshAgent({ socketPath: agent.socket });
    await expect(signer.listKeys(never())).rejects.toMatchObject(refusal('E_AGENT_EMPTY'));
    const key = makeKey();
    agent.add([key.path]);
    agent.add(['-x'], 'secret');
    await expect(signer.listKeys(never())).rejects.toMatchObject(refusal('E_AGENT_EMPTY'));
    await expect(signer.sign(key.fingerprint, MESSAGE, never())).rejects.toMatchObject(
      refusal('E_AGENT_EMPTY'),
    );
    agent.add(['-X'], 'secret');
    expect(await signer.listKeys(never())).toHaveLength(1);
  });

  test('that was told no when it asked for a confirmation refuses', async () => {
    const agent = await startSshAgent('/bin/false');
    const key = makeKey();
    agent.add(['-c', key.path]);
    const signer = createSshAgent({ socketPath: agent.socket });
    expect(await signer.listKeys(never())).toHaveLength(1);
    await expect(signer.sign(key.fingerprint, MESSAGE, never())).rejects.toMatchObject(
      refusal('E_AGENT_REFUSED'),
    );
  });

  test('that was told yes signs', async () => {
    const agent = await startSshAgent('/bin/true');
    const key = makeKey();
    agent.add(['-c', key.path]);
    const signature = createSshAgent({ socketPath: agent.socket }).sign(key.fingerprint, MESSAGE, never());
    expect(await signature).toMatch(/^-----BEGIN SSH SIGNATURE-----\n/);
  });

  test('that waits for a person does not even list, which is told soon', async () => {
    const slow = join(makeSigningFolder(), 'ask');
    writeFileSync(slow, '#!/bin/sh\nexec sleep 4\n', { mode: 0o700 });
    const agent = await startSshAgent(slow);
    const key = makeKey();
    agent.add(['-c', key.path]);
    const signer = createSshAgent({ socketPath: agent.socket, listDeadlineMs: 300, signDeadlineMs: 1200 });
    const signing = signer.sign(key.fingerprint, MESSAGE, never()).catch((error: unknown) => error);
    await sleep(300);
    await expect(signer.listKeys(never())).rejects.toMatchObject(refusal('E_AGENT_TIMEOUT'));
    expect(await signing).toMatchObject(refusal('E_AGENT_TIMEOUT'));
  });

  test('refuses with a key that was added for other hosts only', async () => {
    const folder = makeSigningFolder();
    const agent = await startSshAgent();
    const [key, host] = [makeKey(), makeKey()];
    const known = join(folder, 'known_hosts');
    writeFileSync(known, `bastion.example ${host.line}\n`);
    agent.add(['-H', known, '-h', 'bastion.example', key.path]);
    const signer = createSshAgent({ socketPath: agent.socket });
    expect(await signer.listKeys(never())).toHaveLength(1);
    await expect(signer.sign(key.fingerprint, MESSAGE, never())).rejects.toMatchObject(
      refusal('E_AGENT_REFUSED'),
    );
  });

  test('forgets a key that was added for a second', async () => {
    const agent = await startSshAgent();
    agent.add(['-t', '1', makeKey().path]);
    const signer = createSshAgent({ socketPath: agent.socket });
    expect(await signer.listKeys(never())).toHaveLength(1);
    await sleep(2100);
    await expect(signer.listKeys(never())).rejects.toMatchObject(refusal('E_AGENT_EMPTY'));
  });

  test('has a certificate beside its key, which is left out', async () => {
    const agent = await startSshAgent();
    const [key, authority] = [makeKey(), makeKey()];
    run('ssh-keygen', ['-q', '-s', authority.path, '-I', 'anna', '-n', 'anna', `${key.path}.pub`]);
    agent.add([key.path]);
    expect(
      execFileSync('ssh-add', ['-l'], { encoding: 'utf8', env: { SSH_AUTH_SOCK: agent.socket } }),
    ).toMatch(/ED25519-CERT/);
    const keys = await createSshAgent({ socketPath: agent.socket }).listKeys(never());
    expect(keys.map(({ keyType }) => keyType)).toEqual(['ssh-ed25519']);
  });

  test('lets nobody in who is not its owner', async () => {
    const agent = await startSshAgent();
    const signer = createSshAgent({ socketPath: agent.socket });
    process.seteuid?.(65_534);
    try {
      const listing = signer.listKeys(never());
      await expect(listing).rejects.toMatchObject(refusal('E_AGENT_PERMISSION'));
    } finally {
      process.seteuid?.(0);
    }
  });
});

describe('SSH_AUTH_SOCK', () => {
  test.each([
    ['that is not set', undefined],
    ['that is empty', ''],
  ])('%s means that nothing was forwarded', async (_what, value) => {
    await expect(createSigner({ SSH_AUTH_SOCK: value }).listKeys(never())).rejects.toMatchObject(
      refusal('E_AGENT_NONE'),
    );
  });

  test.each([
    ['nothing', (path: string) => path],
    [
      'a file',
      (path: string) => {
        writeFileSync(path, '');
        return path;
      },
    ],
    [
      'a folder',
      (path: string) => {
        mkdirSync(path);
        return path;
      },
    ],
    ['what is no path of a socket', (path: string) => `${path}${'x'.repeat(200)}`],
    ['what lies below a file', () => '/etc/hostname/agent.sock'],
  ])('that names %s means that it is gone', async (_what, make) => {
    const socketPath = make(join(makeSigningFolder(), 'agent.sock'));
    const signer = createSshAgent({ socketPath });
    await expect(signer.listKeys(never())).rejects.toMatchObject(refusal('E_AGENT_GONE'));
    await expect(signer.sign('SHA256:x', MESSAGE, never())).rejects.toMatchObject(refusal('E_AGENT_GONE'));
  });
});

describe('An agent that means ill', () => {
  const KEY = wireString('ssh-ed25519');
  const publicKey = Buffer.concat([KEY, wireString(Buffer.alloc(32, 7))]);
  const one = identities([publicKey, 'x']);
  const SOON = 400;
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

  const bad: readonly (readonly [string, Parameters<typeof startHostileAgent>[0], SignerCode])[] = [
    ['announces 4 GiB', (_, socket) => void socket.write(wireUint32(0xff_ff_ff_ff)), 'E_AGENT_PROTOCOL'],
    [
      'announces a byte too many',
      (_, socket) => void socket.write(wireUint32(256 * 1024 + 1)),
      'E_AGENT_PROTOCOL',
    ],
    ['announces nothing', (_, socket) => void socket.write(wireUint32(0)), 'E_AGENT_PROTOCOL'],
    ['says nothing', () => {}, 'E_AGENT_TIMEOUT'],
    ['says half a length', (_, socket) => void socket.write(Buffer.of(0, 0)), 'E_AGENT_TIMEOUT'],
    [
      'announces 200 KiB and sends none of it',
      (_, socket) => void socket.write(wireUint32(200 * 1024)),
      'E_AGENT_TIMEOUT',
    ],
    ['closes without a word', (_, socket) => void socket.end(), 'E_AGENT_GONE'],
    ['hangs up hard', (_, socket) => void socket.destroy(), 'E_AGENT_GONE'],
    [
      'closes in the middle',
      (_, socket) => void socket.end(one.subarray(0, one.length - 1)),
      'E_AGENT_PROTOCOL',
    ],
    [
      'says more than it announced',
      (_, socket) => void socket.write(Buffer.concat([one, KEY])),
      'E_AGENT_PROTOCOL',
    ],
    [
      'floods after its answer',
      (_, socket) => void socket.write(Buffer.concat([one, Buffer.alloc(4 * 1024 ** 2)])),
      'E_AGENT_PROTOCOL',
    ],
    ['answers something else', (_, socket) => void socket.write(framed(Buffer.of(6))), 'E_AGENT_PROTOCOL'],
    [
      'answers with a signature when it was asked for keys',
      (_, socket) => void socket.write(framed(Buffer.of(14), wireString(publicKey))),
      'E_AGENT_PROTOCOL',
    ],
    ['refuses to list', (_, socket) => void socket.write(framed(Buffer.of(5))), 'E_AGENT_EMPTY'],
    [
      'counts 4 billion keys',
      (_, socket) =>
        void socket.write(
          framed(Buffer.of(12), wireUint32(0xff_ff_ff_ff), wireString(publicKey), wireString('x')),
        ),
      'E_AGENT_PROTOCOL',
    ],
    [
      'counts fewer keys than it sends',
      (_, socket) =>
        void socket.write(framed(Buffer.of(12), wireUint32(0), wireString(publicKey), wireString('x'))),
      'E_AGENT_PROTOCOL',
    ],
    [
      'has a key that is longer than the answer',
      (_, socket) =>
        void socket.write(framed(Buffer.of(12), wireUint32(1), wireUint32(0xff_ff_ff_f0), publicKey)),
      'E_AGENT_PROTOCOL',
    ],
    [
      'has a key without a type',
      (_, socket) => void socket.write(identities([Buffer.of(0, 0, 0, 0), 'x'])),
      'E_AGENT_PROTOCOL',
    ],
    [
      'has a key of a type with an escape sequence',
      (_, socket) => void socket.write(identities([wireString('ssh-\u001b[2Jed25519'), 'x'])),
      'E_AGENT_PROTOCOL',
    ],
  ];

  test.each(bad)('and %s is left with its code, and nothing stays behind', async (_how, answer, code) => {
    const agent = await startHostileAgent(answer);
    const before = timers();
    const signer = createSshAgent({ socketPath: agent.socket, listDeadlineMs: SOON, signDeadlineMs: SOON });
    await expect(signer.listKeys(never())).rejects.toMatchObject(refusal(code));
    await expect(signer.sign('SHA256:x', MESSAGE, never())).rejects.toMatchObject(refusal(code));
    await agent.alone();
    expect(timers()).toBeLessThanOrEqual(before);
  });

  test('and drips a byte at a time is cut off at the limit for all of it', async () => {
    const dripping = new Set<NodeJS.Timeout>();
    const agent = await startHostileAgent((_, socket) => {
      let sent = 0;
      const timer = setInterval(() => void socket.write(one.subarray(sent, (sent += 1))), 20);
      dripping.add(timer);
      socket.on('close', () => clearInterval(timer));
    });
    const signer = createSshAgent({ socketPath: agent.socket, listDeadlineMs: 300 });
    const began = performance.now();
    await expect(signer.listKeys(never())).rejects.toMatchObject(refusal('E_AGENT_TIMEOUT'));
    expect(performance.now() - began).toBeLessThan(2000);
    await agent.alone();
  });

  test('and speaks before it is asked is not heard out', async () => {
    const agent = await startHostileAgent(
      () => {},
      (socket) => void socket.write(Buffer.concat([one, one])),
    );
    const signer = createSshAgent({ socketPath: agent.socket, listDeadlineMs: SOON });
    await expect(signer.listKeys(never())).rejects.toMatchObject(refusal('E_AGENT_PROTOCOL'));
    await agent.alone();
  });

  test.each([
    ['while it lists', () => {}],
    [
      'while it waits for a touch',
      (message: Buffer, socket: { write: (bytes: Buffer) => unknown }) => {
        if (message[0] === 11) socket.write(one);
      },
    ],
  ])('%s is given up at once when the person does', async (_when, answer) => {
    const agent = await startHostileAgent(answer);
    const { signal, ...stop } = abortable();
    const [{ fingerprint } = { fingerprint: '' }] = await knownKeys();
    const signing = createSshAgent({ socketPath: agent.socket }).sign(fingerprint, MESSAGE, signal);
    setTimeout(stop.abort, 50);
    await expect(signing).rejects.toMatchObject(refusal('E_AGENT_CANCELLED'));
    await agent.alone();
    const again = createSshAgent({ socketPath: agent.socket }).listKeys(signal);
    await expect(again).rejects.toMatchObject(refusal('E_AGENT_CANCELLED'));
  });

  /** As a decent agent would list them. */
  const knownKeys = async () => {
    const agent = await startHostileAgent((_, socket) => void socket.write(one));
    return createSshAgent({ socketPath: agent.socket }).listKeys(never());
  };
  const abortable = () => {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort() };
  };

  test('and comments a key with escape sequences moves no cursor', async () => {
    const comment = `anna\u001b]52;c;aGk=\u0007\u001b[2J\u202e${'x'.repeat(100_000)}`;
    const agent = await startHostileAgent((_, socket) => void socket.write(identities([publicKey, comment])));
    const [key] = await createSshAgent({ socketPath: agent.socket }).listKeys(never());
    expect(key?.comment).toMatch(/^anna␛\]52;c;aGk=␇␛\[2J<U\+202E>x+…$/);
    expect(key?.comment.length).toBeLessThanOrEqual(200);
  });

  test('and has two thousand keys still lists them', async () => {
    const keys = Array.from({ length: 2000 }, (_, n) => {
      return [
        Buffer.concat([KEY, wireString(Buffer.concat([wireUint32(n), Buffer.alloc(28)]))]),
        `k${n}`,
      ] as const;
    });
    const agent = await startHostileAgent((_, socket) => void socket.write(identities(...keys)));
    expect(await createSshAgent({ socketPath: agent.socket }).listKeys(never())).toHaveLength(2000);
  });
});

test('two thousand changed answers are read, or refused as no answer; none does anything else', () => {
  const pick = pseudoRandom(20_261_126);
  const blob = Buffer.concat([wireString('ssh-ed25519'), wireString(Buffer.alloc(32, 7))]);
  const answers = [
    [identities([blob, 'x'], [blob, 'y']).subarray(4), readIdentities],
    [Buffer.concat([Buffer.of(14), wireString(blob)]), readSignature],
  ] as const;
  const ends = { read: 0, refused: 0, else: 0 };
  for (let round = 0; round < 2000; round += 1) {
    const [answer, read] = answers[round % 2 === 0 ? 0 : 1];
    const changed = Buffer.from(answer);
    for (let times = pick(3); times >= 0; times -= 1) changed.writeUInt8(pick(256), pick(changed.length));
    try {
      read(changed.subarray(0, pick(10) < 3 ? pick(changed.length + 1) : changed.length));
      ends.read += 1;
    } catch (error) {
      if (error instanceof ActionableError && error.code?.startsWith('E_AGENT_') === true) ends.refused += 1;
      else ends.else += 1;
    }
  }
  expect(ends.else).toBe(0);
  expect(ends.read).toBeGreaterThan(100);
  expect(ends.refused).toBeGreaterThan(500);
});

/** A real ssh-agent that is spoken to through somebody who changes what it answers. */
async function startLiar(real: string, lie: (answer: Buffer, message: Buffer) => Buffer): Promise<string> {
  const { socket } = await startHostileAgent((message, asking) => {
    const behind = createConnection(real);
    behind.write(wireString(message));
    let answer = Buffer.alloc(0);
    behind.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      if (answer.length < 4 || answer.length < 4 + answer.readUInt32BE()) return;
      asking.write(wireString(lie(answer.subarray(4), message)));
      behind.destroy();
    });
  });
  return socket;
}

describe('A signature that a lying agent gives is never handed in:', () => {
  const signedBy = async (kind: Kind, lie: (answer: Buffer, message: Buffer) => Buffer) => {
    const agent = await startSshAgent();
    const key = makeKey(kind);
    agent.add([key.path]);
    const isSignature = (answer: Buffer) => answer[0] === 14;
    const socketPath = await startLiar(agent.socket, (answer, message) =>
      isSignature(answer) ? lie(answer, message) : answer,
    );
    return createSshAgent({ socketPath }).sign(key.fingerprint, MESSAGE, never());
  };
  const PROTOCOL = refusal('E_AGENT_PROTOCOL');

  test.each(GOOD_KINDS)('with one bit of it changed (%s)', async (kind) => {
    const flip = (answer: Buffer) => {
      const changed = Buffer.from(answer);
      changed.writeUInt8(changed.readUInt8(changed.length - 3) ^ 1, changed.length - 3);
      return changed;
    };
    await expect(signedBy(kind, flip)).rejects.toMatchObject(PROTOCOL);
    await expect(signedBy(kind, (answer) => answer)).resolves.toContain('SSH SIGNATURE');
  });

  test('by another key than was asked for', async () => {
    const { signature } = parseSshsig(parseArmor(signByKeygen(makeKey(), MESSAGE)));
    await expect(
      signedBy('ed25519', () => Buffer.concat([Buffer.of(14), wireString(signature)])),
    ).rejects.toMatchObject(PROTOCOL);
  });

  test('over something else than was asked for, such as a login', async () => {
    const agent = await startSshAgent();
    const key = makeKey();
    agent.add([key.path]);
    const { socket } = await startHostileAgent((message, asking) => {
      const behind = createConnection(agent.socket);
      const other = Buffer.from(message);
      // The last byte of the digest that is to be signed.
      if (other[0] === 13) other.writeUInt8(other.readUInt8(other.length - 5) ^ 1, other.length - 5);
      behind.write(wireString(other));
      behind.on('data', (chunk: Buffer) => void asking.write(chunk));
      asking.on('close', () => behind.destroy());
    });
    const signer = createSshAgent({ socketPath: socket });
    await expect(signer.sign(key.fingerprint, MESSAGE, never())).rejects.toMatchObject(PROTOCOL);
  });

  test('with SHA-1, or with SHA-256, by an RSA key', async () => {
    // The flags stand last: an agent that does not know them signs with SHA-1.
    const agent = await startSshAgent();
    const key = makeKey('rsa-3072');
    agent.add([key.path]);
    for (const flags of [0, 2]) {
      const { socket, asked } = await startHostileAgent((message, asking) => {
        const behind = createConnection(agent.socket);
        const plain = Buffer.from(message);
        if (plain[0] === 13) plain.writeUInt32BE(flags, plain.length - 4);
        behind.write(wireString(plain));
        behind.on('data', (chunk: Buffer) => void asking.write(chunk));
        asking.on('close', () => behind.destroy());
      });
      const signing = createSshAgent({ socketPath: socket }).sign(key.fingerprint, MESSAGE, never());
      await expect(signing).rejects.toMatchObject(PROTOCOL);
      expect(asked.at(-1)?.subarray(-4)).toEqual(wireUint32(4));
    }
  });

  test('empty, torn, or with something after it', async () => {
    for (const answer of [
      Buffer.of(14),
      Buffer.concat([Buffer.of(14), wireString('')]),
      Buffer.concat([Buffer.of(14), wireString(wireString('ssh-ed25519'))]),
    ]) {
      await expect(signedBy('ed25519', () => answer)).rejects.toMatchObject(PROTOCOL);
    }
    const more = signedBy('ed25519', (answer) => Buffer.concat([answer, Buffer.of(0)]));
    await expect(more).rejects.toMatchObject(PROTOCOL);
  });
});

describe('A security key in an ssh-agent', () => {
  const signerWith = async (key: SecurityKey, flags: number) =>
    createSshAgent({ socketPath: await startTokenAgent(key, flags) });

  test.each(SK_KINDS)('is told as one that wants a touch, and its signature is taken (%s)', async (kind) => {
    const key = makeSecurityKey(kind);
    const signer = await signerWith(key, TOUCHED);
    expect(await signer.listKeys(never())).toMatchObject([{ fingerprint: key.fingerprint, touch: true }]);
    const armor = await signer.sign(key.fingerprint, TEST_MESSAGE, never());
    const trust = await trustOf({ allowed: allowLine('anna', key.line) });
    expect(await judgeTest({ armor, trust })).toMatchObject({ state: 'good', principal: 'anna' });
  });

  test('that was not touched signs, and the host refuses what it signed', async () => {
    const key = makeSecurityKey();
    const signer = await signerWith(key, 0);
    const armor = await signer.sign(key.fingerprint, TEST_MESSAGE, never());
    const trust = await trustOf({ allowed: allowLine('anna', key.line) });
    expect(await judgeTest({ armor, trust })).toMatchObject({ state: 'refused', code: 'E_SK_TOUCH' });
  });
});
