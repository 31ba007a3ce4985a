// The settings file: $XDG_CONFIG_HOME/felhom/console.yaml (XDG Base Directory Specification).
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ActionableError, errnoOf, messageOf } from '../base/errors.ts';
import { defaultSettings } from '../contracts/default-settings.ts';
import type { Settings } from '../contracts/settings.ts';
import type { Text, TextKey } from '../base/texts/text.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Far more than all settings take; a file that is larger is no settings file. */
const MAX_BYTES = 64 * 1024;

/** A relative XDG_CONFIG_HOME is invalid by the specification and ignored; an empty HOME names no folder. */
export function settingsPath(env: Environment): string {
  const configured = env['XDG_CONFIG_HOME'];
  const base = configured?.startsWith('/') === true ? configured : join(env['HOME'] || homedir(), '.config');
  return join(base, 'felhom', 'console.yaml');
}

/** Throws an ActionableError that names the file, the line and what is wrong with it. */
export async function readSettings(path: string, text: Text): Promise<Settings> {
  let content: Content;
  try {
    content = readContent(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return defaultSettings;
    throw new ActionableError('settings', `${path}: ${messageOf(error)}`, { cause: error });
  }
  if ('wrong' in content) throw new ActionableError('settings', `${path}: ${text(content.wrong)}`);
  const [{ parseYaml }, { settings }] = await Promise.all([
    import('../base/yaml-text.ts'),
    import('../contracts/settings.ts'),
  ]);
  const yaml = parseYaml(content.text);
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

type Content = { readonly text: string } | { readonly wrong: TextKey };

/** At once: Node's promises of files cost the console's start a millisecond to load. */
function readContent(path: string): Content {
  // Non-blocking, so that a FIFO in its place opens at once and is then refused.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    if (!fstatSync(file).isFile()) return { wrong: 'reason.not-regular' };
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let bytes = 0;
    for (;;) {
      const read = readSync(file, buffer, bytes, buffer.length - bytes, null);
      bytes += read;
      if (bytes > MAX_BYTES) return { wrong: 'reason.too-large' };
      if (read === 0) return { text: buffer.toString('utf8', 0, bytes) };
    }
  } finally {
    closeSync(file);
  }
}

export async function saveSettings(path: string, value: Settings): Promise<void> {
  const [{ formatYaml }, { writeFileWhole }] = await Promise.all([
    import('../base/yaml-text.ts'),
    import('../base/write-file.ts'),
  ]);
  await writeFileWhole(path, formatYaml(value));
}
