// What blkid(8) and wipefs(8) find on a device. They differ, so both are asked; neither's exit code is
// believed: 2 of blkid is nothing found, but also EIO, ENOENT and a size of 0, and wipefs lists nothing
// with 0 where it could not read.
import { z } from 'zod';
import { failed, ok, type Reading } from '../contracts/reading.ts';
import type { Machine } from '../host/machine.ts';
import { toolFailed, toolMissing } from '../host/tool-missing.ts';

/** Lower-case names as blkid prints them (TYPE, UUID, PTTYPE, PART_ENTRY_UUID, …) are kept as they are. */
export type BlkidAnswer = {
  readonly ambivalent: boolean;
  readonly values: ReadonlyMap<string, string>;
};
export type WipefsSignature = {
  readonly type: string;
  readonly offset: string;
  readonly uuid: string | null;
  readonly label: string | null;
};

const DEADLINE_MS = 15_000;
/** Who holds it has waited hours for this answer, and waits a little longer. */
const HELD_DEADLINE_MS = 120_000;
const NOTHING_FOUND = 2;
const AMBIVALENT = 8;

/** By its path, or as an open file. */
export type Asked = string | { readonly fd: number };

/** `-p` always: the cache of blkid lies. `area` is a part of the device that has no node of its own. */
export async function readBlkid(
  machine: Machine,
  asked: Asked,
  signal: AbortSignal,
  area?: { readonly start: number; readonly size: number },
): Promise<Reading<BlkidAnswer>> {
  const { name, path, how } = ask(machine, asked);
  const source = `blkid -p ${name}`;
  const at = machine.clock.now();
  const where = area === undefined ? [] : ['-O', String(area.start), '-S', String(area.size)];
  const result = await machine.runTool({
    file: 'blkid',
    args: ['-p', '-o', 'export', ...where, path],
    ...how,
    signal,
  });
  if (result.state === 'missing') return failed('no-tool', 'blkid', at);
  if (result.state !== 'ended') return toolMissing(result, source, at);
  const { code, stdout, stderr } = result;
  if (code === AMBIVALENT) return ok({ ambivalent: true, values: new Map() }, source, at);
  if ((code !== 0 && code !== NOTHING_FOUND) || stderr.trim() !== '') return toolFailed(stderr, source, at);
  const values = parseExport(stdout);
  // Found means that something was said, and nothing found that nothing was.
  if (values === undefined || (code === NOTHING_FOUND) !== (stdout.trim() === '')) {
    return failed('garbage', source, at, `exit ${code}`);
  }
  return ok({ ambivalent: false, values }, source, at);
}

function ask(machine: Machine, asked: Asked) {
  if (typeof asked === 'string') {
    return { name: asked, path: machine.locate(asked), how: { deadlineMs: DEADLINE_MS } };
  }
  const how = { deadlineMs: HELD_DEADLINE_MS, inherit: [asked.fd], diesWithUs: true };
  return { name: 'the claimed device', path: '/dev/fd/3', how };
}

/** `KEY=value` lines; values may hold anything, escaped for a shell by a backslash. */
function parseExport(text: string): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, key, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(line) ?? [];
    if (key === undefined || value === undefined) return undefined;
    values.set(key, value.replace(/\\(.)/gs, '$1'));
  }
  return values;
}

const text = z.string().nullable().default(null);
const wipefsReport = z.object({
  signatures: z.array(z.object({ type: text, offset: z.string(), uuid: text, label: text })),
});

export async function readWipefs(
  machine: Machine,
  asked: Asked,
  signal: AbortSignal,
): Promise<Reading<readonly WipefsSignature[]>> {
  const { name, path, how } = ask(machine, asked);
  const source = `wipefs --no-act ${name}`;
  const at = machine.clock.now();
  const result = await machine.runTool({
    file: 'wipefs',
    args: ['--json', '--no-act', path],
    ...how,
    signal,
  });
  if (result.state === 'missing') return failed('no-tool', 'wipefs', at);
  if (result.state !== 'ended') return toolMissing(result, source, at);
  if (result.code !== 0 || result.stderr.trim() !== '') return toolFailed(result.stderr, source, at);
  // Some versions say nothing at all when nothing is there.
  if (result.stdout.trim() === '') return ok([], source, at);
  const found = parseWipefs(result.stdout);
  return found === undefined ? failed('garbage', source, at) : ok(found, source, at);
}

function parseWipefs(json: string): readonly WipefsSignature[] | undefined {
  try {
    const report = wipefsReport.safeParse(JSON.parse(json));
    if (!report.success) return undefined;
    return report.data.signatures.map(({ type, ...rest }) => ({ type: type ?? 'unknown', ...rest }));
  } catch {
    return undefined;
  }
}
