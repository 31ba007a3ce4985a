// How the tests start their job process.
import { fileURLToPath } from 'node:url';
import type { OwnProgram } from '../../src/base/start-job.ts';

export const OWN: OwnProgram = [
  process.execPath,
  fileURLToPath(new URL('format-program.ts', import.meta.url)),
];
