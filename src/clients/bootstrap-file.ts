// `bootstrap.json`, the file that a guest is made with: the one reader of it. It holds secrets: what is wrong
// with it is told by the name of the field, and nothing of it is ever quoted.
import { z } from 'zod';
import { NotPrivate, readPrivateFile } from '../base/read-private-file.ts';
import { bootstrap, type Bootstrap } from '../contracts/controller-config.ts';

/** The file is there and cannot be used. */
export class BadBootstrap extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BadBootstrap';
  }
}

export type ReadBootstrap = {
  readonly bootstrap: Bootstrap;
  readonly text: string;
  /** Fields that this version does not know, by name; they are kept. */
  readonly unknown: readonly string[];
};

/** Undefined when there is none; throws `BadBootstrap`. */
export async function readBootstrapFile(path: string, uid?: number): Promise<ReadBootstrap | undefined> {
  const text = await readBootstrapText(path, uid);
  if (text === undefined) return undefined;
  const parsed = parseBootstrap(text, bootstrap);
  return { bootstrap: parsed, text, unknown: unknownFields(parsed, bootstrap, []) };
}

export async function readBootstrapText(path: string, uid?: number): Promise<string | undefined> {
  return readPrivateFile(path, uid).catch((error: unknown) => {
    throw error instanceof NotPrivate ? new BadBootstrap(error.message, error) : error;
  });
}

/** `schema`: the whole of it, or the part that is asked for. */
export function parseBootstrap<T>(text: string, schema: z.ZodType<T>): T {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new BadBootstrap('not JSON');
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new BadBootstrap(`${issue?.path.join('.') || 'the whole'}: ${wordsOf(issue)}`);
}

/** zod's own words quote no value; "received undefined" has a shorter name. */
const wordsOf = (issue: z.core.$ZodIssue | undefined): string =>
  issue === undefined || /received undefined/.test(issue.message) ? 'missing' : issue.message;

function unknownFields(value: unknown, schema: unknown, path: readonly string[]): string[] {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  if (!(inner instanceof z.ZodObject) || typeof value !== 'object' || value === null) return [];
  const shape: Readonly<Record<string, unknown>> = inner.shape;
  return Object.entries(value).flatMap(([name, part]) =>
    Object.hasOwn(shape, name)
      ? unknownFields(part, shape[name], [...path, name])
      : [[...path, name].join('.')],
  );
}
