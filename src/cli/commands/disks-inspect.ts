// `felhom disks inspect DEV`: what is on one disk, who uses it, and where each sign of that was read. It
// only reads. Where an agent answers, it is asked, as it knows what was read whole.
import { ActionableError, EXIT } from '../../base/errors.ts';
import { tellDetail, tellSignal, tellWhy } from '../../base/texts/tell-signal.ts';
import { formatBytes } from '../../base/units.ts';
import type { DiskFlag, DiskScan } from '../../contracts/facts/disk-flags.ts';
import type { BlockDevice } from '../../contracts/facts/disks.ts';
import type { DisksInspectOutput } from '../../contracts/outputs.ts';
import { valueOf } from '../../contracts/reading.ts';
import type { FactsSource } from '../../contracts/source.ts';
import { createFlagger } from '../../disks/create-flagger.ts';
import { createReceipts } from '../../disks/receipts.ts';
import { scanForReceipt } from '../../disks/scan-for-receipt.ts';
import { createMachine } from '../../host/machine.ts';
import type { Command, CommandContext } from '../command.ts';
import { findListed } from '../find-listed.ts';
import { deviceOf } from '../option-values.ts';
import { scanDevice } from '../scan-device.ts';

const DEADLINE_MS = 60_000;

type Examined = Omit<DisksInspectOutput, 'schema' | 'at' | 'source'>;

export const disksInspectCommand: Command = {
  name: 'disks inspect',
  summary: 'command.disks-inspect',
  options: { scan: { summary: 'option.inspect-scan' } },
  operands: [{ placeholder: 'DEV', required: true }],
  run: async (context) => {
    const { clock, out, text, err } = context;
    const word = deviceOf(context);
    const source = await context.openSource();
    try {
      const device = await findDevice(source, word, context);
      const examined = device === undefined ? notThere(word) : await examine(source, device, context);
      if (context.json) {
        const document: DisksInspectOutput = {
          schema: 'felhom/disks-inspect/1',
          at: clock.now(),
          source: source.kind,
          ...examined,
        };
        out.json(document);
      } else if (device !== undefined) printExamined(examined, context);
      if (device !== undefined) return EXIT.ok;
      if (!context.json) err.line(text('inspect.no-device', { device: word }));
      err.line(text('inspect.no-device.hint'));
      return EXIT.notFound;
    } finally {
      source.close();
    }
  },
};

/** By its path or durable id as listed; a link to it is followed, as nothing is done to it. */
async function findDevice(
  source: FactsSource,
  word: string,
  context: CommandContext,
): Promise<BlockDevice | undefined> {
  const { device: listed, devices } = await findListed(source, word, context);
  if (listed !== undefined || source.kind !== 'embedded' || !word.startsWith('/')) return listed;
  const number = valueOf(await createMachine().readNumbers(word))?.deviceNumber ?? null;
  return devices.find((device) => device.device_number === number);
}

async function examine(source: FactsSource, device: BlockDevice, context: CommandContext): Promise<Examined> {
  if (source.kind === 'embedded') return examineHere(source, device, context);
  if (context.options['scan'] === true) await scanDevice(source, device, context);
  return askAgent(source, device, context);
}

async function askAgent(
  source: FactsSource,
  device: BlockDevice,
  { text }: CommandContext,
): Promise<Examined> {
  const reading = await source.read('disk_flags', { signal: AbortSignal.timeout(DEADLINE_MS) });
  const flag = valueOf(reading)?.flags.find(({ name }) => name === device.name);
  if (flag !== undefined) return { ...describe(device, flag), ...untold() };
  const reason = reading.state === 'ok' ? text('reason.no-file') : text(`reason.${reading.code}`);
  throw new ActionableError('failed', text('inspect.failed', { device: device.path, reason }));
}

/** A loop device that somebody names takes part: nothing is done to it here. */
async function examineHere(
  source: FactsSource,
  device: BlockDevice,
  context: CommandContext,
): Promise<Examined> {
  const { text } = context;
  const machine = createMachine();
  const receipts = createReceipts();
  let scan: DiskScan | null = null;
  const scanOf = ({ name }: BlockDevice) => (name === device.name ? scan : null);
  const flagger = createFlagger({ machine, receipts, allowLoop: true, scanOf });
  if (context.options['scan'] === true) {
    scan = await scanForReceipt({
      flagger,
      receipts,
      name: device.name,
      scan: async () => scanDevice(source, device, context),
    });
  }
  const reading = await flagger.examine(device.name, { signal: AbortSignal.timeout(DEADLINE_MS) });
  if (reading.state !== 'ok') {
    const reason = text(`reason.${reading.code}`);
    throw new ActionableError('failed', text('inspect.failed', { device: device.path, reason }));
  }
  const { flag, disk, facts_sha256, confirm_word } = reading.value;
  const { content, model, serial, transport } = disk;
  return {
    ...describe(reading.value.device, flag),
    content,
    model,
    serial,
    transport,
    facts_sha256,
    confirm_word,
  };
}

const untold = (): Pick<Examined, 'content' | 'facts_sha256' | 'confirm_word'> => ({
  content: [],
  facts_sha256: null,
  confirm_word: null,
});

function describe(
  device: BlockDevice,
  { data_bearing, verdict, reason, signals, scan }: DiskFlag,
): Omit<Examined, keyof ReturnType<typeof untold>> {
  const { path, name, durable_id, durable_id_reason, size_bytes, model, serial, transport } = device;
  return {
    device: path,
    name,
    durable_id,
    durable_id_reason,
    data_bearing,
    verdict,
    reason,
    signals,
    scan,
    size_bytes,
    model,
    serial,
    transport,
  };
}

/** What is not there, or is no block device, is never blank. */
const notThere = (word: string): Examined => ({
  device: word,
  name: null,
  durable_id: null,
  durable_id_reason: null,
  data_bearing: true,
  verdict: 'unknown',
  reason: 'there is no such block device',
  signals: [
    { id: 'gone', class: 'barred', device: word, detail: 'no such block device', where: word, release: null },
  ],
  scan: null,
  size_bytes: null,
  model: null,
  serial: null,
  transport: null,
  ...untold(),
});

/** An agent tells no content of its own, and what could not be read may hold anything: the signals say both. */
function tellContent(
  content: Examined['content'],
  signals: Examined['signals'],
  text: CommandContext['text'],
): readonly string[] {
  const found = content
    .filter(({ fs_type: type }) => type !== null)
    .map(({ device, fs_type: type, label, uuid }) =>
      [`${device}:`, type, label, uuid].filter((word) => word !== null).join(' '),
    );
  if (found.length > 0) return found;
  const signed = signals.filter(({ id }) => id === 'signature');
  if (signed.length > 0) return signed.map(({ device, detail }) => `${device}: ${tellDetail(text, detail)}`);
  const unread = signals.some((signal) => signal.class === 'unread' || signal.class === 'barred');
  return [text(unread ? 'inspect.content.unread' : 'inspect.content.none')];
}

function printExamined(examined: Examined, { out, text }: CommandContext): void {
  const { size_bytes: size, content, signals } = examined;
  const rows = [
    [text('inspect.device'), examined.device],
    [text('inspect.model'), examined.model ?? '-'],
    [text('inspect.serial'), examined.serial ?? '-'],
    [text('inspect.size'), size === null ? '-' : formatBytes(size, text.language)],
    [text('inspect.durable-id'), examined.durable_id ?? examined.durable_id_reason ?? '-'],
    [text('inspect.verdict'), `${text(`verdict.${examined.verdict}`)} (${tellWhy(text, examined)})`],
    [text('inspect.bearing'), text(examined.data_bearing ? 'inspect.bearing.yes' : 'inspect.bearing.no')],
    ...tellContent(content, signals, text).map((found) => [text('inspect.content'), found]),
  ];
  const width = Math.max(...rows.map(([label]) => label?.length ?? 0));
  for (const [label = '', value = ''] of rows) {
    out.line({ text: label.padEnd(width), style: 'strong' }, '  ', value);
  }
  out.line();
  out.line({ text: text('inspect.signals'), style: 'strong' });
  if (signals.length === 0) out.line(`  ${text('inspect.signals.none')}`);
  for (const { id, device, detail, where, release } of signals) {
    out.line(`  ${device}: ${tellSignal(text, id)}${detail === '' ? '' : ` (${tellDetail(text, detail)})`}`);
    out.line(`    ${text('inspect.where', { where })}`);
    if (release !== null) out.line(`    ${text('inspect.release', { release })}`);
  }
}
