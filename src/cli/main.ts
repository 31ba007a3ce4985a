// Where the bundle starts: the process around a command line.
import { systemClock } from '../base/clock.ts';
import { EXIT } from '../base/errors.ts';
import { createText, languageOf } from '../base/texts/text.ts';
import { createOutput } from './print.ts';
import { runCommandLine } from './run-command-line.ts';
import { tellError } from './tell-error.ts';

// `felhom status | head -1` closes the pipe: nobody wants the rest, and nothing went wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});
process.stderr.on('error', () => {});
// What no command could catch: a bug in something that nobody waits for.
process.on('uncaughtException', (error) => {
  // The console listens too: it gives the terminal back first, and then reports by itself.
  if (process.listenerCount('uncaughtException') > 1) return;
  const [out, err] = [createOutput(process.stdout, false), createOutput(process.stderr, false)];
  const text = createText(languageOf(process.env));
  tellError(error, { out, err, text, env: process.env, wantsJson: false });
  process.exit(EXIT.bug);
});

// No await at the top: the bundle is one that Node can cache compiled, which knows none.
void runCommandLine({
  argv: process.argv.slice(2),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
}).then((code) => {
  // A reader that hangs in the kernel would keep the process alive; what was written must arrive first.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
});
