// Foreign text does nothing to a terminal: visible in plain output, escaped and whole in JSON.
import { expect, test } from 'vitest';
import { toHarmlessJson } from '../../src/cli/print.ts';
import * as make from '../doctor/facts.ts';
import { runHere } from './run.ts';

const EVIL =
  'a\u001B]52;c;ZXZpbA==\u0007\u001B[2J\u202Egnp\u200B\u009B31m\u2066\uFEFF\u{E0041}\u0301\u0301\u0301\r\nb';
// Everything but printable characters, the line feed, and letters of scripts.
const DANGEROUS = /[^\n\x20-\x7e\p{L}\p{N}\p{P}\p{S}\u{2400}-\u{2421}]/u;

const facts = {
  ...make.filesystems(make.mount({ used_share: 1 }, { mount_point: EVIL, device: EVIL, fs_type: EVIL })),
  ...make.container({ name: EVIL, status: EVIL, image: EVIL, health: 'unhealthy' }),
  ...make.kernel({ kind: 'io', message: EVIL, subject: EVIL }),
  ...make.zfs({ name: EVIL, state: EVIL, scan: EVIL }),
  ...make.smart({ verdict: 'failing', model: EVIL, serial: EVIL }),
};

test.each(['status', 'check', 'doctor', 'disks list', 'status --lang hu', 'doctor --lang hu'])(
  'plain %s shows no character that a terminal obeys',
  async (command) => {
    const { out, err } = await runHere(command.split(' '), { facts });
    expect(out + err).not.toMatch(/[\u0300-\u036f]{3}/);
    expect((out + err).replace(/[\u0300-\u036f]/g, '')).not.toMatch(DANGEROUS);
  },
);

test('check stays one line', async () => {
  const { out } = await runHere(['check'], { facts });
  expect(out.split('\n')).toHaveLength(2);
});

test.each(['status', 'check', 'doctor'])('%s --json is harmless and loses nothing', async (command) => {
  const { out } = await runHere([command, '--json'], { facts });
  expect(out).not.toMatch(DANGEROUS);
  expect(JSON.stringify(JSON.parse(out))).toContain(JSON.stringify(EVIL).slice(1, -1));
});

test('JSON keeps what it is given, escaped or not', () => {
  const value = { [EVIL]: EVIL, letters: 'Árvíztűrő 日本 🙂', lone: '\uD800', spaces: '\u00A0\u2028\u2029' };
  const json = toHarmlessJson(value);
  expect(JSON.parse(json)).toEqual(value);
  expect(json).toContain('Árvíztűrő 日本 🙂');
  expect(json).not.toMatch(DANGEROUS);
});
