// Where the bundle starts: the process around a command line.
import { systemClock } from '../base/clock.ts';
import { runCommandLine } from './run-command-line.ts';

// `felhom status | head -1` closes the pipe: nobody wants the rest, and nothing went wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.stderr.on('error', () => {});

const code = await runCommandLine({
  argv: process.argv.slice(2),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
});
// A reader that hangs in the kernel would keep the process alive; what was written must arrive first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
