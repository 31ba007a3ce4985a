// Small trees of files for readers to read, in a temporary folder that goes away with the test.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder with these files; `from` is a recorded tree below them. */
export function makeTree(files: Readonly<Record<string, string>>, from?: string): string {
  const root = mkdtempSync(join(tmpdir(), 'felhom-tree-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  if (from !== undefined) cpSync(from, root, { recursive: true, verbatimSymlinks: true });
  writeTree(root, files);
  return root;
}

export function writeTree(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
