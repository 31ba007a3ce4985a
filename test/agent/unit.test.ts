// The agent's unit file, as systemd reads it.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { DEFAULT_AGENT_CONFIG } from '../../src/contracts/agent-config.ts';
import { findProgram } from '../setup/find-program.ts';
import { makeFolder } from './test-agent.ts';

const UNIT = fileURLToPath(new URL('../../packaging/felhom-agent.service', import.meta.url));
const FELHOM = fileURLToPath(new URL('../../bin/felhom', import.meta.url));
const noSystemd = findProgram('systemd-analyze') === undefined;
const unit = readFileSync(UNIT, 'utf8');

/** Beside nothing else, with a program that is there. */
function installed(): string {
  const path = join(makeFolder(), 'felhom-agent.service');
  writeFileSync(path, unit.replace('/usr/local/bin/felhom', FELHOM));
  return path;
}

test('systemd understands every line of it', { skip: noSystemd }, () => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', installed()], {
    encoding: 'utf8',
  });
  // Units of this machine that it pulls in are no matter of ours.
  const about = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('felhom-agent'));
  expect(about).toEqual([]);
  expect(status).toBe(0);
});

test('systemd finds it less exposed than a plain service', { skip: noSystemd }, () => {
  const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=yes', '--no-pager', installed()], {
    encoding: 'utf8',
  });
  const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
  // A service without any of these lines is at 9.6.
  expect(exposure).toBeLessThan(6.5);
});

test('nothing in it would give the agent a mount namespace of its own', () => {
  const settings = unit.split('\n').filter((line) => !line.startsWith('#'));
  const hiding =
    /^(?:ProtectSystem|ProtectHome|PrivateTmp|PrivateMounts|PrivateDevices|ProtectProc|ProtectKernel\w+|ProtectControlGroups|(?:ReadWrite|ReadOnly|Inaccessible|Bind)\w*Paths|MountFlags|TemporaryFileSystem|RootDirectory)=/;
  expect(settings.filter((line) => hiding.test(line))).toEqual([]);
});

test('it reads the configuration where the agent looks for it, as the field writes it', () => {
  expect(unit).toContain(`agent -config ${DEFAULT_AGENT_CONFIG}`);
});

test('no core of it is kept: the key of its certificate would be in it', () => {
  expect(unit.split('\n')).toContain('LimitCORE=0');
});
