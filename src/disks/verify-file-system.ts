// Proves that a device holds exactly the file system that was wanted: one signature, of its type and UUID,
// by both programs that look for them, and a check that only reads finds nothing wrong.
import { parseJson } from '../base/parse-json.ts';
import { z } from 'zod';
import type { RunTool } from '../base/run-tool.ts';
import type { FormatType } from '../contracts/facts/operations.ts';
import { fileSystems } from './file-systems.ts';
import { runDiskTool, tellTool } from './run-disk-tool.ts';

export type WantedFileSystem = {
  readonly fstype: FormatType;
  readonly uuid: string;
  readonly sectorBytes: number;
};

const PROBE_DEADLINE_MS = 120_000;
/** A check reads all that a fresh file system holds; of a large disk that is gigabytes. */
const CHECK_DEADLINE_MS = 6 * 3_600_000;

const signatures = z.object({
  signatures: z.array(z.object({ type: z.string(), uuid: z.string().nullish() })),
});

/** Why it does not, or nothing. */
export async function whyNotAsWanted(
  fd: number,
  wanted: WantedFileSystem,
  runTool: RunTool,
): Promise<string | undefined> {
  return (
    (await whyNotByBlkid(fd, wanted, runTool)) ??
    (await whyNotByWipefs(fd, wanted, runTool)) ??
    (await whyNotByCheck(fd, wanted, runTool))
  );
}

async function whyNotByBlkid(
  fd: number,
  wanted: WantedFileSystem,
  runTool: RunTool,
): Promise<string | undefined> {
  const probed = await runDiskTool(
    { file: 'blkid', args: ['-p', '-o', 'export'], fd, deadlineMs: PROBE_DEADLINE_MS },
    runTool,
  );
  if (probed.state !== 'ended' || probed.code !== 0) return tellTool('blkid', probed);
  const lines = new Set(probed.stdout.split('\n'));
  return lines.has(`TYPE=${wanted.fstype}`) && lines.has(`UUID=${wanted.uuid}`)
    ? undefined
    : `blkid finds ${probed.stdout.trim().split('\n').slice(1).join(' ')}`;
}

async function whyNotByWipefs(
  fd: number,
  wanted: WantedFileSystem,
  runTool: RunTool,
): Promise<string | undefined> {
  const probed = await runDiskTool(
    { file: 'wipefs', args: ['-J', '--no-act'], fd, deadlineMs: PROBE_DEADLINE_MS },
    runTool,
  );
  if (probed.state !== 'ended' || probed.code !== 0) return tellTool('wipefs', probed);
  const parsed = signatures.safeParse(parseJson(probed.stdout));
  if (!parsed.success) return 'the answer of wipefs makes no sense';
  const [first, ...others] = parsed.data.signatures;
  const isWanted = first?.type === wanted.fstype && first.uuid === wanted.uuid && others.length === 0;
  const found = parsed.data.signatures.map(({ type, uuid }) => `${type} ${uuid ?? ''}`.trim());
  return isWanted ? undefined : `wipefs finds ${found.length === 0 ? 'nothing' : found.join(', ')}`;
}

async function whyNotByCheck(
  fd: number,
  wanted: WantedFileSystem,
  runTool: RunTool,
): Promise<string | undefined> {
  const { file, args } = fileSystems[wanted.fstype].check;
  const checked = await runDiskTool({ file, args: args(), fd, deadlineMs: CHECK_DEADLINE_MS }, runTool);
  return checked.state === 'ended' && checked.code === 0 ? undefined : tellTool(file, checked);
}
