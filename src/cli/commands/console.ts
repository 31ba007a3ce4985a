// `felhom` alone: opens the console, or prints one plain frame where there is no terminal.
import { EXIT } from '../../base/errors.ts';
import { LANGUAGES } from '../../base/texts/text.ts';
import { createSigner } from '../../clients/signer.ts';
import { SCREEN_IDS } from '../../contracts/screen-ids.ts';
import type { Command, CommandContext } from '../command.ts';
import { createProgramOpener } from '../program-opener.ts';
import { saveTextFile } from '../save-text-file.ts';
import { readSettings, saveSettings, settingsPath } from '../settings-file.ts';

/**
 * What a full first frame needs. The rest is asked after it: what runs tools, and the processes, of
 * which a first look tells nothing yet.
 */
const FIRST_SUBJECTS = [
  // These two wait for a child and for hardware; the rest is read meanwhile.
  'filesystems',
  'disks',
  'identity',
  'uptime',
  'cpu',
  'load',
  'memory',
  'pressure',
  'temperatures',
  'network',
] as const;
const FIRST_FRAME_WAIT_MS = 400;
/** A plain frame is printed once: it waits for everything, and for a second sample. */
const PLAIN_WAIT_MS = 5000;
const PLAIN_SECOND_SAMPLE_MS = 600;
const PLAIN_COLUMNS = 100;

export const consoleCommand: Command = {
  name: 'console',
  summary: 'command.console',
  options: { screen: { summary: 'option.screen', placeholder: 'SCREEN', choices: SCREEN_IDS } },
  operands: [],
  run: openOrPrint,
};

/** Of a terminal without a name nothing is known. */
const cannotMove = (env: CommandContext['env']) => ['', 'dumb'].includes(env['TERM'] ?? '');
const isCi = (env: CommandContext['env']) => !['', '0', 'false'].includes(env['CI'] ?? '');

async function openOrPrint(context: CommandContext): Promise<number> {
  const { env, clock } = context;
  const path = settingsPath(env);
  const [source, { createConsole }, settings] = await Promise.all([
    context.openSource(),
    import('../../../state/console.ts'),
    readSettings(path, context.text),
  ]);
  const screen = SCREEN_IDS.find((id) => id === context.options['screen']);
  const interactive = process.stdin.isTTY && process.stdout.isTTY && !cannotMove(env) && !isCi(env);
  const console = createConsole({
    source,
    clock,
    settings,
    patient: interactive,
    signer: createSigner(env),
    ...(screen === undefined ? {} : { screen }),
  });
  const options = {
    console,
    readOnly: context.readOnly,
    env,
    language: LANGUAGES.find((language) => language === context.options['lang']),
    colour: context.colour,
    now: clock.now,
  };
  const stop = console.poller.watch(interactive && screen === undefined ? FIRST_SUBJECTS : undefined);
  try {
    if (!interactive) {
      const [{ plainFrame }, { createSession }] = await Promise.all([
        import('../../../screens/plain-frame.ts'),
        import('../../../screens/create-session.ts'),
        console.poller.firstAnswers(console.poller.subjects, PLAIN_WAIT_MS),
      ]);
      await new Promise((resolve) => {
        setTimeout(resolve, PLAIN_SECOND_SAMPLE_MS);
      });
      const nothing = () => undefined;
      const columns = PLAIN_COLUMNS;
      const owner = {
        size: () => ({ columns, rows: 0 }),
        leave: nothing,
        suspend: nothing,
        repaint: nothing,
        showAside: nothing,
        programs: createProgramOpener(env, clock),
        openProgram: async () => Promise.resolve({ state: 'not-started', detail: '' } as const),
        saveText: async () => Promise.reject(new Error('no terminal')),
        copy: nothing,
        saveSettings: nothing,
      };
      for (const line of plainFrame(createSession(options, owner), columns)) context.out.line(line);
      return EXIT.ok;
    }
    // The children that the first reads need start now, and work while the screens are loaded.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    const [{ openConsole }] = await Promise.all([
      import('../../../screens/open.ts'),
      console.poller.firstAnswers(FIRST_SUBJECTS, FIRST_FRAME_WAIT_MS),
    ]);
    return await openConsole({
      ...options,
      stdin: process.stdin,
      stdout: process.stdout,
      process,
      programs: createProgramOpener(env, clock),
      saveText: saveTextFile(clock.now),
      saveSettings: async () => {
        await saveSettings(path, console.settings.getState());
        return path;
      },
    });
  } finally {
    stop();
    console.stop();
    source.close();
  }
}
