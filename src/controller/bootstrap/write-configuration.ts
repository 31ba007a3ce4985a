// Puts controller.yaml in place, whole or not at all, and reads it back: what a restart would find is what
// counts from now on. A crash at any point leaves the old one or the new one, and a leftover that goes next time.
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MAX_PRIVATE_BYTES, readPrivateFile } from '../../base/read-private-file.ts';
import { writeFileWhole } from '../../base/write-file.ts';
import { formatYaml } from '../../base/yaml-text.ts';
import type { ControllerConfig } from '../../contracts/controller-config.ts';
import { parseControllerYaml, type Raw } from './parse-configuration.ts';

export type WriteFile = (path: string, text: string, mode: number) => Promise<void>;

const HEAD =
  '# Made from bootstrap.json and the hub. What stands here counts until the hub has a higher generation.\n';

/** Throws with the reason, which quotes nothing of it. */
export async function writeConfiguration(
  path: string,
  raw: Raw,
  writeFile: WriteFile = writeFileWhole,
): Promise<{ readonly raw: Raw; readonly value: ControllerConfig }> {
  const text = `${HEAD}${formatYaml(raw)}`;
  // What could not be read back is not written either.
  if (Buffer.byteLength(text) > MAX_PRIVATE_BYTES) throw new Error('what would stand there is too large');
  const planned = parseControllerYaml(text);
  if (planned.state === 'broken') throw new Error(`what would stand there is not valid: ${planned.why}`);
  await writeFile(path, text, 0o600);
  const written = await readPrivateFile(path);
  if (written !== text) throw new Error('what was read back is not what was written');
  return planned;
}

/** Of writes that a crash ended: they hold secrets and nobody reads them. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const leftover = new RegExp(`^${RegExp.escape(basename(path))}\\.[0-9a-f]{12}\\.new$`);
  for (const name of await readdir(folder).catch(() => [])) {
    if (leftover.test(name)) await rm(join(folder, name), { force: true });
  }
}
