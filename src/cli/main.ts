// Where the bundle starts: the process around a command line.
import { systemClock } from '../base/clock.ts';
import { ActionableError, EXIT, exitCodeOf } from '../base/errors.ts';
import { createText, languageOf } from '../base/texts/text.ts';
import { createOutput } from './print.ts';
import { runCommandLine } from './run-command-line.ts';
import { tellError } from './tell-error.ts';

const FLUSH_MS = 500;
const textOf = () => createText(languageOf(process.env));
/** Why what was written did not arrive: a full disk, a terminal that has gone. */
const failedOutput: Error[] = [];
// `felhom status | head -1` closes the pipe: nobody wants the rest, and nothing went wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  failedOutput.push(error);
});
process.stderr.on('error', () => {});
// What no command could catch: a bug in something that nobody waits for.
process.on('uncaughtException', (error) => {
  // The console listens too: it gives the terminal back first, and then reports by itself.
  if (process.listenerCount('uncaughtException') > 1) return;
  fail(error);
});
// Without a listener Node would open its debugger for whoever sends this, and say so in the frame.
process.on('SIGUSR1', () => {});

// No await at the top: the bundle is one that Node can cache compiled, which knows none.
void runCommandLine({
  argv: process.argv.slice(2),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => process.stdin,
  clock: systemClock,
}).then((code) => {
  // What was written must arrive first, unless nobody takes it: a terminal may have stopped reading.
  setTimeout(() => process.exit(code), FLUSH_MS);
  process.stdout.write('', () => {
    // A turn later, when the errors of earlier writes have been told too.
    setImmediate(() => {
      const [error] = failedOutput;
      if (error === undefined || code !== EXIT.ok) process.stderr.write('', () => process.exit(code));
      else fail(new ActionableError('failed', textOf()('error.output', { reason: error.message })));
    });
  });
});

function fail(error: Error): void {
  const [out, err] = [createOutput(process.stdout, false), createOutput(process.stderr, false)];
  tellError(error, { out, err, text: textOf(), env: process.env, wantsJson: false });
  process.exit(exitCodeOf(error));
}
