// The programs that are measured: how each is started, and how one sees that its first frame is full.
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnv, type Env } from '../terminal/clean-env.ts';

export type Measured = {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Env;
  /** A file of settings below XDG_CONFIG_HOME, to measure all at the same rate. */
  readonly settings?: { readonly path: string; readonly text: string };
  /** The first frame is full when all of them are on the screen. */
  readonly markers: readonly RegExp[];
  /** Pressed in turn; each changes the screen. */
  readonly keys: readonly string[];
};

const totalGib = (totalmem() / 1024 ** 3).toFixed(1).replace('.', '[.]');

export const felhom: Measured = {
  name: 'felhom',
  file: fileURLToPath(new URL('../../bin/felhom', import.meta.url)),
  args: ['--lang', 'en'],
  // Real facts in the cards and the footer below them: load, memory, root file system. Not rates, which
  // need a second sample and say so until then.
  markers: [/Load +\d/, new RegExp(`Memory .*/ ${totalGib} GiB`), / % +[\d.]+ \wiB free/, /q quit/],
  // Another panel is framed: the smallest change that the overview knows.
  keys: ['Tab'],
};

/** The console's list of containers, with a Docker at `dockerHost` that has so many. */
export const felhomContainers = (dockerHost: string, count: number): Measured => ({
  ...felhom,
  args: [...felhom.args, '--screen', 'containers'],
  env: { DOCKER_HOST: dockerHost },
  markers: [count === 0 ? /Docker answers and has no containers/ : /app-00000 +running/, /q quit/],
  keys: ['j', 'j', 'j', 'k', 'k', 'k'],
});

export const peers: readonly Measured[] = [
  {
    name: 'btop',
    file: 'btop',
    args: [],
    // Its own default is every two seconds, and only its settings can change that.
    settings: { path: 'btop/btop.conf', text: 'update_ms = 1000\n' },
    markers: [/Total:\s+\S/, /Pid:/, /LAV:|LAV/, /download/],
    keys: ['Down', 'Up'],
  },
  {
    name: 'htop',
    file: 'htop',
    args: ['--delay=10'],
    markers: [/Load average: \d/, /F10/, /PID USER/],
    keys: ['Down', 'Up'],
  },
  {
    name: 'glances',
    file: 'glances',
    args: ['--time', '1'],
    markers: [/LOAD/, /total\s+\d/, /TASKS\s+\d/, /FILE SYS/, /^\d{4}-\d\d-\d\d/m],
    // One line for all processors, or a line for each.
    keys: ['1'],
  },
];

/** A clean environment with the settings that the program needs. */
export function environmentOf(program: Measured): Env {
  if (program.settings === undefined) return cleanEnv(program.env);
  const home = join(tmpdir(), `felhom-bench-settings-${process.pid}`);
  const file = join(home, program.settings.path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, program.settings.text);
  return cleanEnv({ ...program.env, XDG_CONFIG_HOME: home });
}
