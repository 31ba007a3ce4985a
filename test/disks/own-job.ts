// How the tests start their job process: the product's own.
import type { OwnProgram } from '../../src/base/start-job.ts';
import { MAIN } from '../cli/run.ts';

export const OWN: OwnProgram = [process.execPath, MAIN];
