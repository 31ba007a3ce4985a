// What the commands print of given facts: for people, for monitoring, for scripts.
import { expect, test } from 'vitest';
import { allOutputs } from '../../src/contracts/outputs.ts';
import { failed } from '../../src/contracts/reading.ts';
import * as make from '../doctor/facts.ts';
import { runHere } from './run.ts';

const full = make.filesystems(make.mount({ used_share: 1 }, { mount_point: '/srv' }));
const nearly = make.filesystems(make.mount({ used_share: 0.9 }, { mount_point: '/srv' }));

test('check says in one line that all is well, with figures', async () => {
  const facts = { ...make.load(1), ...make.filesystems(make.mount({ used_share: 0.5 })) };
  const ran = await runHere(['check'], { facts });
  expect(ran).toEqual({
    code: 0,
    err: '',
    out: "FELHOM OK - nothing found by 41 rules|'load1'=1;;;0 'load5'=1;;;0 'load15'=1;;;0 'fs_/data'=50%;85;95;0;100\n",
  });
});

test('check says how many rules could not tell', async () => {
  const facts = { ...make.load(1), smart: failed('no-permission', 'smartctl', make.NOW) };
  const { out, code } = await runHere(['check'], { facts });
  expect(code).toBe(0);
  expect(out).toMatch(/^FELHOM OK - nothing found by \d\d rules, \d could not tell\|/);
});

test('check warns with 1 and fails with 2, and names what it found', async () => {
  expect(await runHere(['check'], { facts: nearly })).toMatchObject({
    code: 1,
    out: "FELHOM WARNING - /srv is 90 % full|'fs_/srv'=90%;85;95;0;100\n",
  });
  expect(await runHere(['check'], { facts: full })).toMatchObject({
    code: 2,
    out: "FELHOM CRITICAL - /srv is 100 % full|'fs_/srv'=100%;85;95;0;100\n",
  });
});

test('check names eight findings and counts the rest', async () => {
  const mounts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) =>
    make.mount({ used_share: 1 }, { mount_point: `/m${n}`, device_number: `8:${n}` }),
  );
  const { out } = await runHere(['check'], { facts: make.filesystems(...mounts) });
  expect(out.split('|')[0]).toBe(
    `FELHOM CRITICAL - ${[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `/m${n} is 100 % full; `).join('')}2 more`,
  );
});

test('a bar, a quote and an equals sign in a mount point do not break the figures', async () => {
  const facts = make.filesystems(make.mount({ used_share: 1 }, { mount_point: "/a|b'c=d" }));
  const { out } = await runHere(['check'], { facts });
  expect(out).toBe("FELHOM CRITICAL - /a/b'c=d is 100 % full|'fs_/a_b_c_d'=100%;85;95;0;100\n");
});

test('the figures of two hundred file systems are all there', async () => {
  const mounts = Array.from({ length: 200 }, (_, n) =>
    make.mount({}, { mount_point: `/mnt/a-rather-long-name-${n}`, device_number: `8:${n}` }),
  );
  const { out } = await runHere(['check'], { facts: make.filesystems(...mounts) });
  expect(out).toContain("'fs_/mnt/a-rather-long-name-199'=10%;85;95;0;100\n");
});

test('doctor exits 1 with findings, and each has evidence, cause and cure', async () => {
  const ran = await runHere(['doctor'], { facts: full });
  expect(ran.code).toBe(1);
  expect(ran.out).toContain('failure: /srv is 100 % full [disk-full]\n');
  expect(ran.out).toContain('du -xh --max-depth=2 /srv | sort -h | tail -n 15');
});

test('doctor exits 0 when all is well, and says what it could not tell', async () => {
  const facts = { ...make.load(1), smart: failed('no-permission', 'smartctl', make.NOW) };
  const ran = await runHere(['doctor', 'smart-failing'], { facts });
  expect(ran.code).toBe(0);
  expect(ran.out).toContain(
    'Cannot be told: Disk is failing\n  Could not read disk health (SMART): no permission.',
  );
});

test('doctor RULE shows that rule alone', async () => {
  const facts = { ...full, ...make.availableMemory(1) };
  const { out, code } = await runHere(['doctor', 'memory'], { facts });
  expect(code).toBe(1);
  expect(out).toContain('[memory]');
  expect(out).not.toContain('/srv');
});

test('status is 0 whatever it finds, and says of a failed fact that it failed', async () => {
  const facts = { ...full, memory: failed('garbage', 'meminfo', make.NOW, 'no MemTotal') };
  const ran = await runHere(['status'], { facts });
  expect(ran.code).toBe(0);
  expect(ran.out).toMatch(/^Memory +not understood \(no MemTotal\)$/m);
  expect(ran.out).toContain('failure: /srv is 100 % full');
});

test.each([
  ['status', allOutputs.status],
  ['check', allOutputs.check],
  ['doctor', allOutputs.doctor],
  ['help', allOutputs.help],
  ['completion zsh', allOutputs.completion],
])('%s --json is one document of its own schema', async (command, schema) => {
  const facts = { ...full, ...make.availableMemory(1), ...make.smart({ verdict: 'worn' }) };
  const { out, err } = await runHere([...command.split(' '), '--json'], { facts });
  expect(err).toBe('');
  const document: unknown = JSON.parse(out);
  expect(schema.safeParse(document).error).toBeUndefined();
});

test('help names every command, and help of a group that does not exist is refused', async () => {
  const { out } = await runHere(['help']);
  for (const name of ['console', 'status', 'check', 'doctor', 'disks list', 'help', 'completion']) {
    expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
  }
  expect((await runHere(['help', 'nonsense'])).code).toBe(2);
});

test('colour appears on a terminal only, and never with NO_COLOR, --no-color or a dumb terminal', async () => {
  const coloured = (ran: { out: string }) => ran.out.includes('\u001B');
  const tty = { facts: full, isTTY: true };
  expect(coloured(await runHere(['doctor'], tty))).toBe(true);
  expect(coloured(await runHere(['doctor'], { facts: full }))).toBe(false);
  expect(coloured(await runHere(['doctor', '--no-color'], tty))).toBe(false);
  expect(coloured(await runHere(['doctor'], { ...tty, env: { NO_COLOR: '1' } }))).toBe(false);
  expect(coloured(await runHere(['doctor'], { ...tty, env: { TERM: 'dumb' } }))).toBe(false);
});
