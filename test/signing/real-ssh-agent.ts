// A real ssh-agent of the test's own.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { makeSigningFolder } from './keys.ts';

export type RealSshAgent = {
  readonly socket: string;
  /** ssh-add(1) with these words; `secret` is what it is told when it asks for a passphrase. */
  readonly add: (words: readonly string[], secret?: string) => void;
};

/** `askpass`: the program that it has ask for a confirmation. */
export async function startSshAgent(askpass = '/bin/false'): Promise<RealSshAgent> {
  const folder = makeSigningFolder();
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
