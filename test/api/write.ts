// Writes docs/api.md: npm run api
import { writeFileSync } from 'node:fs';
import { API_DOCUMENT, apiDocument } from './api-document.ts';

writeFileSync(API_DOCUMENT, apiDocument());
