// `felhom guests enter` in a terminal of its own: it becomes the guest's shell, and gives the terminal back.
import { expect, test } from 'vitest';
import { allOutputs } from '../../src/contracts/outputs.ts';
import { createFakeProxmox } from '../agent/fake-proxmox.ts';
import { FELHOM } from '../agent/agent-process.ts';
import { cleanEnv } from '../terminal/clean-env.ts';
import { openPty } from '../terminal/pty.ts';
import { runHere } from './run.ts';

const skip = process.getuid?.() !== 0;

function enter(shell: string, vmid = '9200') {
  const proxmox = createFakeProxmox([{ vmid: 9200 }]);
  proxmox.does('enter', shell);
  const pty = openPty({
    file: 'unshare',
    args: [
      '--mount',
      'sh',
      '-c',
      'mount --bind "$0" /usr/local/sbin && exec "$@"',
      proxmox.folder,
      FELHOM,
      'guests',
      'enter',
      vmid,
    ],
    cols: 100,
    rows: 20,
    env: { ...cleanEnv(), PATH: process.env['PATH'] ?? '' },
  });
  const shown = () => pty.chunks.map(({ bytes }) => Buffer.from(bytes).toString('utf8')).join('');
  return { proxmox, pty, shown };
}

test('the shell has the terminal, Ctrl+c too, and its end is the end', { skip }, async () => {
  const { proxmox, pty, shown } = enter(
    'trap "echo interrupted" INT; test -t 0 && test -t 1 && echo "in $2"; read -r typed || read -r typed; echo "got $typed"; exit 0',
  );
  await expect.poll(shown, { timeout: 10_000 }).toContain('in 9200');
  pty.write('\u0003');
  await expect.poll(shown).toContain('interrupted');
  pty.write('hello\r');
  await expect.poll(shown).toContain('got hello');
  expect((await pty.exited).code).toBe(0);
  expect(proxmox.calls()).toEqual(['pct enter 9200']);
});

test('one that cannot be entered says so, with what pct said', { skip }, async () => {
  const { pty, shown } = enter('echo "container \'9200\' not running!" >&2; exit 255');
  expect((await pty.exited).code).toBe(5);
  expect(shown()).toContain("container '9200' not running!");
  expect(shown()).toContain('pct enter 9200 ended with 255');
});

test('without a terminal it says what to type, and as a document it runs nothing', async () => {
  const ran = await runHere(['guests', 'enter', '9200']);
  expect(ran).toMatchObject({ code: 4, out: '' });
  expect(ran.err).toContain('pct enter 9200');
  const { out, code } = await runHere(['guests', 'enter', '9200', '--json']);
  expect(code).toBe(0);
  expect(allOutputs['guests-enter'].parse(JSON.parse(out)).command).toEqual(['pct', 'enter', '9200']);
  expect((await runHere(['guests', 'enter', 'demo; reboot'])).code).toBe(2);
});
