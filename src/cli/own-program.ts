// How this very program is started again: for jobs that work beside it.
import type { OwnProgram } from '../base/start-job.ts';

export const ownProgram = (): OwnProgram => [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
