// Where the controller of this guest answers, by what lies on this machine: a look at a few files, nobody is
// asked. It stands at the very start of the console, so it loads nothing.
import { join } from 'node:path';
import { CONTROLLER_FILES, DEFAULT_DATA_FOLDER } from '../contracts/controller-files.ts';
import { isThere } from './is-there.ts';

/** Its data folder, and the volume that is mounted there in its container, as the guest sees it. */
const FOLDERS = [DEFAULT_DATA_FOLDER, '/var/lib/docker/volumes/felhom-controller-data/_data'] as const;

/** The path of its socket, or where it would be: its data is here. Nothing where there is no sign of one. */
export function findController(folders: readonly string[] = FOLDERS): string | undefined {
  const paths = folders.map((folder) => join(folder, CONTROLLER_FILES.socket));
  return paths.find(isThere) ?? paths.find((_path, place) => isThere(folders[place] ?? ''));
}
