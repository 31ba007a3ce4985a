// Values from a route's own schema, right ones and wrong ones: whatever can be sent.
import type { JsonSchema } from '../../api/shape-text.ts';
import type { Dice } from './dice.ts';

/** A value for a field by its name, from what the fuzz knows; undefined leaves it to the schema. */
export type ValueFor = (name: string, dice: Dice) => unknown;

export function makeValue(
  schema: JsonSchema | boolean | undefined,
  name: string,
  dice: Dice,
  valueFor: ValueFor,
): unknown {
  const known = valueFor(name, dice);
  if (known !== undefined) return known;
  if (schema === undefined || typeof schema === 'boolean') return strangeValue(dice);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return dice.pick(schema.enum);
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return makeValue(dice.pick(either), name, dice, valueFor);
  if (schema.type === 'object') return makeObject(schema, dice, valueFor);
  if (schema.type === 'array') {
    const { items } = schema;
    const item = Array.isArray(items) ? undefined : items;
    return Array.from({ length: dice.below(4) }, () => makeValue(item, '', dice, valueFor));
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    return (schema.minimum ?? 0) + dice.below(1000);
  }
  if (schema.type === 'boolean') return dice.chance(50);
  if (schema.type === 'null') return null;
  return dice.pick(STRINGS).slice(0, schema.maxLength ?? 100);
}

export function makeObject(schema: JsonSchema, dice: Dice, valueFor: ValueFor): Record<string, unknown> {
  const { properties = {}, required = [] } = schema;
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([field]) => required.includes(field) || dice.chance(75))
      .map(([field, one]) => [field, makeValue(one, field, dice, valueFor)]),
  );
}

/** One thing about it is otherwise than the schema wants. */
export function spoil(value: Readonly<Record<string, unknown>>, dice: Dice): unknown {
  const fields = Object.keys(value);
  const field = fields.length === 0 ? 'x' : dice.pick(fields);
  switch (dice.below(6)) {
    case 0:
      return Object.fromEntries(Object.entries(value).filter(([name]) => name !== field));
    case 1:
      return { ...value, [dice.pick(CLAIMS)]: dice.pick([true, false, 1, 'root', null]) };
    case 2:
      return dice.pick([[value], [], null, 'text', 7, true]);
    case 3:
      return { ...value, [field]: [value[field], value[field]] };
    default:
      return { ...value, [field]: strangeValue(dice) };
  }
}

/** What a caller could hope to be believed. */
const CLAIMS = [
  'force',
  'confirmed',
  'data_bearing',
  'blank',
  'approved_by',
  'state',
  'kind',
  'caller',
  'door',
  'role',
  'by',
  'vmid',
  'confirm',
  'word',
  'wipe',
  'signature',
  'approvals',
  'threshold',
  'constructor',
  'toString',
] as const;

function strangeValue(dice: Dice): unknown {
  return dice.chance(60)
    ? dice.pick(STRINGS)
    : dice.pick([null, true, 0, -1, 1e308, 2 ** 53, 0.1, [], {}, [[]], { a: 1 }, ['/dev/x']]);
}

const STRINGS: readonly string[] = [
  '',
  ' ',
  'a',
  '-1',
  'null',
  'true',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '../../etc/passwd',
  '/dev/../../etc',
  '\u0000',
  'a\u0000b',
  '\u001B[2J\u001B]52;c;aGk=\u0007',
  '\u202E\u200B\uFEFF',
  '\uD800',
  '😀'.repeat(40),
  '%2e%2e%2f',
  '%s%n',
  "'; DROP TABLE operations; --",
  '$(reboot)',
  '`id`',
  '-rf',
  '--help',
  'op_000000000000000000000000',
  'x'.repeat(301),
  'y'.repeat(5000),
  '٩٢٠٠',
  '0x23f0',
  '1e3',
];

/** Whole bodies that no schema describes. */
export function strangeBody(valid: string, dice: Dice): string {
  switch (dice.below(10)) {
    case 0:
      return '['.repeat(20_000);
    case 1:
      return `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`;
    case 2:
      return JSON.stringify({ device: 'x'.repeat(dice.pick([60_000, 70_000])) });
    case 3:
      return valid.slice(0, dice.below(valid.length + 1));
    case 4:
      // The same key twice: whoever looks at the first and acts on the last is deceived.
      return valid.replace(/^\{(?=.)/, `{"vmid":9300,"confirm":"x","__proto__":{"kind":"root"},`);
    case 5:
      return valid.replace(/\}$/, `,"vmid":9300,"device":"/dev/none","confirm":null}`);
    case 6:
      return `\uFEFF${valid}`;
    case 7:
      return `{"__proto__":{"vmid":9300,"kind":"root","force":true},"constructor":{"prototype":{"kind":"root"}},${valid.slice(1)}`;
    case 8:
      return mutate(valid, dice);
    default:
      return dice.pick(['', '0', 'null', '""', '{}{}', '[1]', '\u0000', 'device=x', '{"a":NaN}', '{]']);
  }
}

/** A few letters are others. */
export function mutate(text: string, dice: Dice): string {
  let mutated = text;
  for (let times = 0; times <= dice.below(3); times += 1) {
    const at = dice.below(mutated.length + 1);
    const letter = String.fromCharCode(dice.pick([32 + dice.below(95), dice.below(256)]));
    mutated = mutated.slice(0, at) + dice.pick(['', letter]) + mutated.slice(at + dice.below(2));
  }
  return mutated;
}
