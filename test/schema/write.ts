// Writes the JSON Schemas of what the commands print into docs/schema: npm run schema
import { mkdirSync, writeFileSync } from 'node:fs';
import { allSchemas, SCHEMA_FOLDER } from './all-schemas.ts';

mkdirSync(SCHEMA_FOLDER, { recursive: true });
for (const { file, text } of allSchemas()) writeFileSync(`${SCHEMA_FOLDER}/${file}`, text);
