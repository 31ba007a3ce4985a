// The agent's configuration file: root's, checked whole, with the line of what is wrong. It is read again
// for grants, which root may change while the agent runs.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { ActionableError, errnoOf, messageOf } from '../base/errors.ts';
import type { Text } from '../base/texts/text.ts';
import { parseYaml } from '../base/yaml-text.ts';
import { agentConfig, type AgentConfig } from '../contracts/agent-config.ts';

export type ReadConfig = {
  readonly config: AgentConfig;
  /** Fields that this version does not know, by name and line. */
  readonly unknown: readonly string[];
};

const MAX_BYTES = 1024 * 1024;

/** Throws an ActionableError that names the file, the line, the field and what is wrong with it. */
export function readConfig(path: string, text: Text): ReadConfig {
  const yaml = parseYaml(readOwned(path, text));
  const wrong = (line: number, message: string) =>
    new ActionableError('settings', `${path}:${line}: ${message}`);
  const [problem] = yaml.problems;
  if (problem !== undefined) throw wrong(problem.line, problem.message);
  const parsed = agentConfig.safeParse(yaml.value ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    // A key that is wrong has its reason inside.
    const inner = issue?.code === 'invalid_key' ? issue.issues[0] : undefined;
    const message = inner?.message ?? issue?.message ?? '';
    const path = (issue?.path ?? []).filter((key) => typeof key !== 'symbol');
    // The message never holds the value: it may be a key to something.
    throw wrong(yaml.lineOf(path), `${path.length === 0 ? '' : `${path.join('.')}: `}${message}`);
  }
  const unknown = unknownFields(yaml.value, parsed.data).map(
    (field) => `${field.join('.')} (line ${yaml.lineOf(field)})`,
  );
  return { config: parsed.data, unknown };
}

/** Grants decide what is formatted without a person's word, so nobody but root may have written them. */
function readOwned(path: string, text: Text): string {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const { mode, uid } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) {
      throw new ActionableError(
        'settings',
        text('agent.config.unreadable', { path, reason: text('reason.not-regular') }),
      );
    }
    // Group and others; an owner that is neither root nor who runs it could change it as well.
    if ((mode & 0o022) !== 0 || (uid !== 0 && uid !== process.geteuid?.())) {
      throw new ActionableError('settings', text('agent.config.open', { path }), {
        hint: text('agent.config.open.hint', { path }),
      });
    }
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let bytes = 0;
    for (;;) {
      const read = readSync(file, buffer, bytes, buffer.length - bytes, null);
      bytes += read;
      if (bytes > MAX_BYTES) {
        throw new ActionableError(
          'settings',
          text('agent.config.unreadable', { path, reason: text('reason.too-large') }),
        );
      }
      if (read === 0) return buffer.toString('utf8', 0, bytes);
    }
  } catch (error) {
    if (error instanceof ActionableError) throw error;
    const missing = errnoOf(error) === 'ENOENT';
    throw new ActionableError(
      'settings',
      text('agent.config.unreadable', { path, reason: messageOf(error) }),
      missing ? { hint: text('agent.config.missing.hint'), cause: error } : { cause: error },
    );
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Paths of the file's fields that the schema left out. */
function unknownFields(given: unknown, kept: unknown, path: readonly string[] = []): readonly string[][] {
  if (!isObject(given) || !isObject(kept)) return [];
  return Object.entries(given).flatMap(([key, value]) =>
    Object.hasOwn(kept, key) ? unknownFields(value, kept[key], [...path, key]) : [[...path, key]],
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
