// `felhom containers logs NAME`: the last lines of a container, by the controller where it answers for it,
// else by Docker as whoever asks may; with --follow what it writes from now on, too.
import { ActionableError, EXIT } from '../../base/errors.ts';
import { MAX_TAIL } from '../../contracts/limits.ts';
import type { ContainerLogsOutput } from '../../contracts/outputs.ts';
import type { FactsSource } from '../../contracts/source.ts';
import type { Command, CommandContext } from '../command.ts';
import { containerOperand } from '../container-command.ts';
import { operandOf, stringOption } from '../option-values.ts';
import { usage } from '../parse-words.ts';

const DEFAULT_TAIL = 200;
const READ_MS = 30_000;

export const containersLogsCommand: Command = {
  name: 'containers logs',
  summary: 'command.containers-logs',
  options: {
    tail: { summary: 'option.tail', placeholder: 'LINES' },
    follow: { summary: 'option.follow', short: 'f' },
    previous: { summary: 'option.previous' },
  },
  operands: containerOperand,
  run: async (context) => {
    const tail = tailOf(context);
    const source = await context.openSource();
    try {
      if (context.options['follow'] === true) return await follow(context, source, tail);
      print(context, await readLog(context, source, tail));
      return EXIT.ok;
    } finally {
      source.close();
    }
  },
};

type Log = Omit<ContainerLogsOutput, 'schema'>;

function print({ json, out }: CommandContext, log: Log): void {
  const document: ContainerLogsOutput = { schema: 'felhom/container-logs/1', ...log };
  if (json) out.json(document);
  else for (const line of log.lines) out.line(line);
}

async function readLog(context: CommandContext, source: FactsSource, tail: number): Promise<Log> {
  const id = operandOf(context);
  const previous = context.options['previous'] === true;
  const { callController: call } = source;
  if (call !== undefined) {
    try {
      return await call('containerLogs', {
        params: { id },
        query: { tail, ...(previous ? { previous: 'true' as const } : {}) },
      });
    } catch (error) {
      // Of what is not ours, or while it is silent, Docker itself may tell.
      const mayDockerTell =
        error instanceof ActionableError && (error.code === 'E_NOT_OURS' || error.kind === 'unreachable');
      if (!mayDockerTell || previous) throw error;
    }
  }
  if (previous) throw new ActionableError('refused', context.text('containers.logs.no-previous'));
  return readByDocker(context, source, id, tail);
}

async function readByDocker(
  { text }: CommandContext,
  source: FactsSource,
  id: string,
  tail: number,
): Promise<Log> {
  const detail = await source.readContainer(id, { signal: AbortSignal.timeout(READ_MS) });
  const log = detail.state === 'ok' ? detail.value.log_tail : detail;
  if (detail.state === 'ok' && log.state === 'ok') {
    return { id: detail.value.id, lines: log.value.slice(-tail) };
  }
  const { code, detail: why } = log.state === 'ok' ? { code: 'io-error' as const, detail: '' } : log;
  if (/no such container/i.test(why)) {
    throw new ActionableError('not-found', text('containers.unknown', { name: id }), {
      hint: text('containers.unknown.hint'),
    });
  }
  throw new ActionableError(
    'unreachable',
    text('containers.list.unread', { reason: text(`reason.${code}`) }),
  );
}

/** Until the container ends, or whoever looks does. */
async function follow(context: CommandContext, source: FactsSource, tail: number): Promise<number> {
  const { followLog } = source;
  const { text } = context;
  if (followLog === undefined) throw new ActionableError('refused', text('containers.logs.no-follow'));
  const id = operandOf(context);
  const previous = context.options['previous'] === true;
  const problem = await new Promise<string | null>((resolve) => {
    followLog(
      { id, tail, previous, timestamps: false },
      { onLines: (lines) => print(context, { id, lines: [...lines] }), onEnd: resolve },
    );
  });
  if (problem === null) return EXIT.ok;
  throw new ActionableError('failed', text('containers.logs.ended', { problem }));
}

function tailOf(context: CommandContext): number {
  const value = stringOption(context, 'tail') ?? String(DEFAULT_TAIL);
  const lines = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (lines >= 1 && lines <= MAX_TAIL) return lines;
  throw usage(context.text('usage.tail', { value, max: MAX_TAIL }), context.text);
}
