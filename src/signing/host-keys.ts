// The public halves of all private keys that lie on this host: whoever is root here could sign with them, so
// that nobody else would be needed. Private keys of security keys are none: what lies in their files is only a
// handle, and the key itself is in the token, which somebody has to touch.
import type { RunTool, ToolResult } from '../base/run-tool.ts';
import { makeHarmless } from '../contracts/harmless.ts';
import { publicHalvesOf } from './public-halves.ts';

/** Also those of people who log in. A star stands for every folder. */
export const DEFAULT_KEY_FOLDERS: readonly string[] = ['/root/.ssh', '/etc/ssh', '/home/*/.ssh'];

export type HostKeys = {
  /** Blobs of public keys, in base64. */
  readonly blobs: ReadonlySet<string>;
  /** What could not be looked into: nobody knows what lies there. */
  readonly problems: readonly { readonly file: string; readonly detail: string }[];
};

/** Homes may lie on a server that is gone: whoever looks into them must be one who can be killed. */
const DEADLINE_MS = 10_000;
/** Of 512 bytes. Somebody who logs in could otherwise keep us reading, and nobody could approve. */
const KEY_FILE_BLOCKS = 2048;
/** No private key has more lines. */
const LINES_AFTER = '500';
const BEGINNINGS =
  '^[[:blank:]]*-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|^PuTTY-User-Key-File-|^(ssh|ecdsa)-[a-z0-9-]+ ';
/** A file name, a zero, and a line of that file. */
const TOLD_LINE = /([^\0]*)\0([^\n]*)\n/g;
/** Of a path: a program that is not there is told in the same words. */
const GONE = /^\w+: ‘?\/.*: No such file or directory$/;

export async function readHostKeys(folders: readonly string[], runTool: RunTool): Promise<HostKeys> {
  const problems: { file: string; detail: string }[] = [];
  const run = async (file: string, args: readonly string[], what: string): Promise<string> => {
    const ran = await runTool({ file, args, deadlineMs: DEADLINE_MS });
    const details = detailsOf(ran, file);
    problems.push(
      ...details.map((detail) => ({
        file: what,
        detail: `whether private keys of signers lie there cannot be seen: ${detail}`,
      })),
    );
    return ran.state === 'ended' ? ran.stdout : '';
  };
  const found: string[] = [];
  for (const folder of folders) {
    const [above, below, ...more] = folder.split('/*/');
    if (above === undefined || below === undefined || more.length > 0) found.push(folder);
    else {
      // No links: somebody's own could lead anywhere.
      const args = ['-H', above, '-mindepth', '2', '-maxdepth', '2', '-type', 'd', '-name', below, '-print0'];
      found.push(...(await run('find', args, folder)).split('\0').filter((path) => path !== ''));
    }
  }
  if (found.length === 0) return { blobs: new Set(), problems };
  const grep = ['grep', '-D', 'skip', '-a', '-H', '-Z', '-E', '--no-group-separator', '-A', LINES_AFTER];
  const told = await run(
    'find',
    ['-H', ...found, '-type', 'f', '-size', `-${KEY_FILE_BLOCKS}`].concat([
      '-exec',
      ...grep,
      '-e',
      BEGINNINGS,
      '--',
      '{}',
      '+',
    ]),
    found.join(', '),
  );
  const files = new Map<string, string>();
  for (const [, path = '', line = ''] of told.matchAll(TOLD_LINE)) {
    files.set(path, `${files.get(path) ?? ''}${line}\n`);
  }
  const blobs = [...files].flatMap(([path, text]) => publicHalvesOf(text, files.get(`${path}.pub`)));
  return { blobs: new Set(blobs.map((blob) => blob.toString('base64'))), problems };
}

/** A folder that is not there holds nothing. */
function detailsOf(ran: ToolResult, file: string): readonly string[] {
  if (ran.state !== 'ended') return [`${file}: ${ran.state}`];
  return ran.stderr
    .split('\n')
    .filter((line) => line !== '' && !GONE.test(line))
    .map((line) => makeHarmless(line, 200));
}
