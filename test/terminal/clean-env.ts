// The environment of a person's terminal, and nothing of the one that runs the tests: CI, NO_COLOR
// or a person's own settings would change what the program shows.
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

export type Env = Readonly<Record<string, string>>;

export function cleanEnv(extra: Env = {}): Env {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: homedir(),
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
    // Nobody has settings here; a test that saves some names a folder of its own.
    XDG_CONFIG_HOME: join(tmpdir(), `felhom-no-settings-${process.pid}`),
    ...extra,
  };
}
