// A real ssh-agent of the test's own, and keys made for it.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

export type KeyPair = {
  /** The private half; the public one is beside it, `.pub`. */
  readonly file: string;
  readonly publicLine: string;
  readonly fingerprint: string;
};

export const KEY_KINDS = {
  'ssh-ed25519': ['ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa', '-b', '256'],
  'ecdsa-sha2-nistp384': ['ecdsa', '-b', '384'],
  'ecdsa-sha2-nistp521': ['ecdsa', '-b', '521'],
  'ssh-rsa': ['rsa', '-b', '3072'],
} as const;
export type KeyKind = keyof typeof KEY_KINDS;

export function makeTestFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-sign-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function makeKeyPair(folder: string, kind: KeyKind, name: string = kind): KeyPair {
  const file = join(folder, name);
  run('ssh-keygen', ['-q', '-N', '', '-C', `key of ${name}`, '-t', ...KEY_KINDS[kind], '-f', file]);
  return readKeyPair(file);
}

export function readKeyPair(file: string): KeyPair {
  return {
    file,
    publicLine: readFileSync(`${file}.pub`, 'utf8').trim(),
    fingerprint: run('ssh-keygen', ['-l', '-f', `${file}.pub`]).split(' ')[1] ?? '',
  };
}

export type RealSshAgent = {
  readonly socket: string;
  /** ssh-add(1) with these words; `secret` is what it is told when it asks for a passphrase. */
  readonly add: (words: readonly string[], secret?: string) => void;
};

/** `askpass`: the program that it has ask for a confirmation. */
export async function startSshAgent(askpass = '/bin/false'): Promise<RealSshAgent> {
  const folder = makeTestFolder();
  const socket = join(folder, 'agent.sock');
  const child = spawn('ssh-agent', ['-D', '-a', socket], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'], SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  for (let tries = 0; tries < 200 && !existsSync(socket); tries += 1) await sleep(10);
  const teller = join(folder, 'tell');
  return {
    socket,
    add: (words, secret = '') => {
      writeFileSync(teller, `#!/bin/sh\necho '${secret}'\n`);
      chmodSync(teller, 0o700);
      run('ssh-add', ['-q', ...words], {
        SSH_AUTH_SOCK: socket,
        SSH_ASKPASS: teller,
        SSH_ASKPASS_REQUIRE: 'force',
      });
    },
  };
}

export const run = (
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): string =>
  execFileSync(file, args, {
    encoding: 'utf8',
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
    ...(input === undefined ? {} : { input }),
  });
