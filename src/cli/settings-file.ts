// The settings file: $XDG_CONFIG_HOME/felhom/console.yaml (XDG Base Directory Specification).
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ActionableError, errnoOf, messageOf } from '../base/errors.ts';
import { defaultSettings } from '../contracts/default-settings.ts';
import type { Settings } from '../contracts/settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A relative XDG_CONFIG_HOME is invalid by the specification and ignored. */
export function settingsPath(env: Environment): string {
  const configured = env['XDG_CONFIG_HOME'];
  const base = configured?.startsWith('/') === true ? configured : join(env['HOME'] ?? homedir(), '.config');
  return join(base, 'felhom', 'console.yaml');
}

/** Throws an ActionableError that names the file, the line and what is wrong with it. */
export async function readSettings(path: string): Promise<Settings> {
  let text: string;
  try {
    // At once: Node's promises of files cost the console's start a millisecond to load.
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return defaultSettings;
    throw new ActionableError('settings', `${path}: ${messageOf(error)}`, { cause: error });
  }
  const [{ parseYaml }, { settings }] = await Promise.all([
    import('../base/yaml-text.ts'),
    import('../contracts/settings.ts'),
  ]);
  const yaml = parseYaml(text);
  const problem = yaml.problems[0];
  if (problem !== undefined)
    throw new ActionableError('settings', `${path}:${problem.line}: ${problem.message}`);
  const parsed = settings.safeParse(yaml.value ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const keys = issue?.path.filter((key) => typeof key !== 'symbol') ?? [];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const where = unknown === undefined ? keys : [...keys, unknown];
  const name = where.join('.');
  throw new ActionableError(
    'settings',
    `${path}:${yaml.lineOf(where)}: ${name === '' ? '' : `${name}: `}${issue?.message ?? ''}`,
  );
}

export async function saveSettings(path: string, value: Settings): Promise<void> {
  const [{ formatYaml }, { writeFileWhole }] = await Promise.all([
    import('../base/yaml-text.ts'),
    import('../base/write-file.ts'),
  ]);
  await writeFileWhole(path, formatYaml(value));
}
