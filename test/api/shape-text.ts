// A JSON Schema as TypeScript would write the type, which is shorter to read.

import type { z } from 'zod';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

const LINE_WIDTH = 100;

export function shapeText(schema: JsonSchema | boolean, indent = ''): string {
  if (typeof schema === 'boolean') return 'unknown';
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? '';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return either.map((one) => shapeText(one, indent)).join(' | ');
  if (schema.type === 'array') {
    const { items = {} } = schema;
    const item = Array.isArray(items) ? 'unknown' : shapeText(items, indent);
    return item.includes(' | ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === 'object') return objectText(schema, indent);
  return [schema.type ?? 'unknown'].flat().join(' | ');
}

function objectText(schema: JsonSchema, indent: string): string {
  const { properties, required, additionalProperties } = schema;
  if (properties === undefined) {
    return typeof additionalProperties === 'object'
      ? `{ [name: string]: ${shapeText(additionalProperties, indent)} }`
      : '{}';
  }
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required?.includes(name) === true ? '' : '?'}: ${shapeText(field, inner)}`,
  );
  if (fields.length === 0) return '{}';
  const line = `{ ${fields.join('; ')} }`;
  if (line.length <= LINE_WIDTH && !line.includes('\n')) return line;
  return `{\n${fields.map((field) => `${inner}${field};\n`).join('')}${indent}}`;
}
