// A real sshd on the loopback, as a technician finds it on a host: own host key, own port, and a `felhom` on
// its PATH that finds the agent of the test. The laptop beside it has a key to log in with.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { FELHOM, freePort } from '../agent/agent-process.ts';
import { makeKey, makeSigningFolder } from './keys.ts';

const SSHD = '/usr/sbin/sshd';
const HOST = 'root@127.0.0.1';

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

export type Sshd = {
  /** `ssh HOST WORDS…` on the laptop. */
  readonly ssh: (
    words: readonly string[],
    options?: {
      readonly stdin?: string;
      /** `ssh -A`, with the ssh-agent at this socket. */
      readonly forward?: string;
      /** `ssh -tt`: with a terminal on the host. */
      readonly terminal?: boolean;
    },
  ) => Promise<Ran>;
  readonly log: () => string;
};

/** `agentSocket`: where the host's agent listens. */
export async function startSshd(agentSocket: string): Promise<Sshd> {
  const folder = makeSigningFolder();
  const [port, hostKey, login] = [
    await freePort(),
    makeKey('ed25519', { folder }),
    makeKey('ed25519', { folder }),
  ];
  const authorized = join(folder, 'authorized_keys');
  writeFileSync(authorized, `${login.line}\n`);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'felhom'), `#!/bin/sh\nexec '${FELHOM}' "$@" --source 'agent:${agentSocket}'\n`);
  chmodSync(join(bin, 'felhom'), 0o755);
  const config = join(folder, 'sshd_config');
  writeFileSync(
    config,
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKey.path}`,
      `AuthorizedKeysFile ${authorized}`,
      'PidFile none',
      // The folders above it are those of a test.
      'StrictModes no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'AllowAgentForwarding yes',
      'UsePAM no',
      'PrintMotd no',
      `SetEnv PATH=${bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
      '',
    ].join('\n'),
  );
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  let log = '';
  const child = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await answering(port, () => log);
  const known = join(folder, 'known_hosts');
  writeFileSync(known, `[127.0.0.1]:${port} ${hostKey.line}\n`);

  const options = [
    'IdentitiesOnly=yes',
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${known}`,
  ];
  const always = [
    '-F',
    'none',
    '-p',
    String(port),
    '-i',
    login.path,
    ...options.flatMap((each) => ['-o', each]),
  ];

  return {
    log: () => log,
    ssh: async (words, { stdin = '', forward, terminal = false } = {}) =>
      new Promise((resolve) => {
        const client = spawn(
          'ssh',
          [...always, forward === undefined ? '-a' : '-A', terminal ? '-tt' : '-T', HOST, ...words],
          {
            stdio: ['pipe', 'pipe', 'pipe'],
            env: {
              PATH: process.env['PATH'],
              ...(forward === undefined ? {} : { SSH_AUTH_SOCK: forward }),
            },
          },
        );
        let [out, err] = ['', ''];
        client.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
        client.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
        client.stdin.on('error', () => {});
        client.stdin.end(stdin);
        client.on('close', (code) => resolve({ code: code ?? -1, out, err }));
      }),
  };
}

async function answering(port: number, log: () => string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = createConnection(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error(`sshd does not answer: ${log()}`);
}
