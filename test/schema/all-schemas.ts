// The JSON Schemas of what the commands print, as the files in docs/schema hold them.
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { allOutputs } from '../../src/contracts/outputs.ts';

export const SCHEMA_FOLDER = fileURLToPath(new URL('../../docs/schema', import.meta.url));

export const allSchemas = (): { file: string; text: string }[] =>
  Object.entries(allOutputs).map(([name, schema]) => ({
    file: `${name}.json`,
    // Scripts must not break when a later version says more: unknown fields stay allowed.
    text: `${JSON.stringify(z.toJSONSchema(schema, { io: 'input', reused: 'ref' }), null, 2)}\n`,
  }));
