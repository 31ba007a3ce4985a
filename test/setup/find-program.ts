// Where a program lies, looked for as root's shell would: an ordinary user's PATH lacks sbin.
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

export function findProgram(command: string): string | undefined {
  const folders = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`.split(':');
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, command))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
