// The second verifier: what ssh-keygen(1) says about a signature that was found good. It gets snapshots of the
// very texts that were judged, as open files without a name, so that nobody can put others in their place.
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { messageOf } from '../base/errors.ts';
import type { RunTool } from '../base/run-tool.ts';
import { APPROVAL_NAMESPACE } from '../contracts/approval-payload.ts';
import { makeHarmless } from '../contracts/harmless.ts';
import type { Trust } from './read-trust.ts';
import { formatUtc } from './utc-time.ts';

export type AskSshKeygen = {
  readonly message: string;
  readonly armor: string;
  readonly principal: string;
  readonly fingerprint: string;
  readonly at: number;
};

const FOLDER = '/tmp';
const DEADLINE_MS = 10_000;

/** Nothing when it agrees, also about who signed. Otherwise what it said: then the signature counts for nothing. */
export async function askSshKeygen(
  { message, armor, principal, fingerprint, at }: AskSshKeygen,
  { allowedText, revokedText }: Pick<Trust, 'allowedText' | 'revokedText'>,
  runTool: RunTool,
): Promise<string | undefined> {
  const files: FileHandle[] = [];
  try {
    for (const text of [message, allowedText, armor, revokedText]) files.push(await openNameless(text));
    const [stdin, ...inherit] = files.map(({ fd }) => fd);
    const ran = await runTool({
      file: 'ssh-keygen',
      args: [
        ['-Y', 'verify', '-n', APPROVAL_NAMESPACE, '-I', principal],
        ['-f', '/dev/fd/3', '-s', '/dev/fd/4', '-r', '/dev/fd/5'],
        ['-O', `verify-time=${formatUtc(at)}`],
      ].flat(),
      deadlineMs: DEADLINE_MS,
      inherit,
      ...(stdin === undefined ? {} : { stdin }),
    });
    if (ran.state !== 'ended') return `ssh-keygen could not be asked: ${ran.state}`;
    const [before = '', after = ''] = ran.stdout.trimEnd().split(/(?<= with )[A-Z0-9-]+(?= key )/);
    const agrees =
      ran.code === 0 &&
      before === `Good "${APPROVAL_NAMESPACE}" signature for ${principal} with ` &&
      after === ` key ${fingerprint}`;
    const said = makeHarmless(`${ran.stderr} ${ran.stdout}`.trim().replaceAll(/\s+/g, ' '), 400);
    return agrees ? undefined : `ssh-keygen does not agree (${ran.code}): ${said}`;
  } catch (error) {
    return `ssh-keygen could not be asked: ${messageOf(error)}`;
  } finally {
    for (const file of files) await file.close();
  }
}

/** Without a name it is gone with us, however we end. Reading begins at its start. */
async function openNameless(text: string): Promise<FileHandle> {
  const folder = await mkdtemp(`${FOLDER}/felhom-verify-`);
  try {
    const written = await open(`${folder}/text`, 'wx', 0o600);
    try {
      await written.writeFile(text, 'latin1');
    } finally {
      await written.close();
    }
    return await open(`${folder}/text`, 'r');
  } finally {
    await rm(folder, { recursive: true });
  }
}
