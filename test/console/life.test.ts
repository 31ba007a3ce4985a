// How the console ends and comes back: whatever ends it, the terminal is as it was and no process stays.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openTerminal, type Terminal } from '../terminal/terminal.ts';

const FELHOM = fileURLToPath(new URL('../../bin/felhom', import.meta.url));
const READY = /Memory .*GiB/;

/** Processes below `pid`, itself included. */
function family(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent) }];
      } catch {
        return [];
      }
    });
  const found = parents.some((each) => each.pid === pid) ? [pid] : [];
  for (const each of found)
    found.push(...parents.filter(({ parent }) => parent === each).map((child) => child.pid));
  return found;
}
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
async function noneLeft(pids: readonly number[]): Promise<boolean> {
  for (let tries = 0; tries < 40; tries += 1) {
    if (!pids.some(alive)) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}

const restored = (terminal: Terminal) => ({
  alternate: terminal.alternate(),
  bracketedPaste: terminal.bracketedPaste(),
  cursor: terminal.cursor().visible,
});
const AS_IT_WAS = { alternate: false, bracketedPaste: false, cursor: true };

describe('The console ends', () => {
  it('by q at the root, with exit code 0', async () => {
    await using terminal = openTerminal();
    await terminal.waitFor(READY);
    expect(terminal.alternate()).toBe(true);
    const pids = family(terminal.pid);
    terminal.type('q');
    expect((await terminal.exited).code).toBe(0);
    await expect.poll(() => restored(terminal)).toEqual(AS_IT_WAS);
    expect(await noneLeft(pids)).toBe(true);
  });

  it('by Ctrl+c twice, not by one', async () => {
    await using terminal = openTerminal();
    await terminal.waitFor(READY);
    terminal.press('Ctrl+c');
    await terminal.waitFor(/Ctrl\+c again/);
    terminal.press('Ctrl+c');
    expect((await terminal.exited).code).toBe(0);
    await expect.poll(() => restored(terminal)).toEqual(AS_IT_WAS);
  });

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`by ${signal}, with exit code ${code}`, async () => {
      await using terminal = openTerminal();
      await terminal.waitFor(READY);
      const pids = family(terminal.pid);
      terminal.signal(signal);
      expect((await terminal.exited).code).toBe(code);
      await expect.poll(() => restored(terminal)).toEqual(AS_IT_WAS);
      expect(await noneLeft(pids)).toBe(true);
    });
  }

  it('when its terminal is closed', async () => {
    const terminal = openTerminal();
    await terminal.waitFor(READY);
    const pids = family(terminal.pid);
    expect(pids.length).toBeGreaterThan(0);
    terminal.close();
    expect(await noneLeft(pids)).toBe(true);
  });
});

describe('Ctrl+z', () => {
  it('gives the terminal to the shell, and fg takes it again', async () => {
    await using shell = openTerminal({
      file: '/bin/bash',
      args: ['--norc', '--noediting', '-i'],
      env: { PS1: 'shell> ' },
    });
    await shell.waitFor(/shell> /);
    shell.type(`${FELHOM}\r`);
    await shell.waitFor(READY);
    shell.press('Ctrl+z');
    await shell.waitFor(/Stopped/);
    await expect.poll(() => restored(shell)).toEqual(AS_IT_WAS);
    shell.type('stty -a | grep -o " icanon"\r');
    await shell.waitFor(/ icanon\s/);
    shell.type('fg\r');
    await shell.waitFor(READY);
    expect(shell.alternate()).toBe(true);
    expect(shell.bracketedPaste()).toBe(true);
    shell.type('2');
    await shell.waitFor(/DEVICE +FLAG/);
    shell.type('q');
    await shell.waitFor(/▸ Host/);
    shell.type('q');
    await shell.waitFor((text) => text.trimEnd().endsWith('shell>') && !shell.alternate());
  });
});
