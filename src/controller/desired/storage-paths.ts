// Which folders of the guest filebrowser may be given. The configuration comes from a hub, and whoever can write
// there must not be able to read the guest's secrets or Docker's socket through a file browser.
import { DEFAULT_DATA_FOLDER } from '../../contracts/controller-files.ts';

export type StoragePath = { readonly name: string; readonly path: string };

/** Gives each with its plain path, or why none is taken. */
export function judgeStorage(
  storage: readonly StoragePath[],
  stacksDir: string,
): { readonly storage: readonly StoragePath[] } | { readonly refused: string } {
  const plain = storage.map(({ name, path }) => ({ name, path: plainPath(path) }));
  const kept = [...KEPT, plainPath(stacksDir)];
  const names = new Set<string>();
  for (const [index, { name, path }] of plain.entries()) {
    if (!NAME.test(name) || name === LOCAL_NAME)
      return { refused: `paths.storage: the name ${name} is not taken` };
    if (names.has(name)) return { refused: `paths.storage: the name ${name} stands there twice` };
    names.add(name);
    if (!PATH.test(path) || path.split('/').includes('..'))
      return { refused: `paths.storage: ${name} is no folder that can be given` };
    const own = kept.find((folder) => overlap(path, folder));
    if (own !== undefined)
      return { refused: `paths.storage: ${name} (${path}) overlaps with ${own}, which is the guest's own` };
    // In the outer one filebrowser could put a link in the inner one's place, and Docker would follow it.
    const before = plain.slice(0, index).find((earlier) => overlap(path, earlier.path));
    if (before !== undefined)
      return { refused: `paths.storage: ${name} (${path}) overlaps with ${before.name}` };
  }
  return { storage: plain };
}

/** The folder that filebrowser always has, whatever is configured. */
export const LOCAL_NAME = 'local';

/** Neither below one of these, nor above. Only compared: none of them is ever read here. */
const KEPT: readonly string[] =
  'bin boot dev etc lib lib64 proc root run sbin sys usr var/lib var/log var/run'
    .split(' ')
    .map((name) => `/${name}`)
    .concat(DEFAULT_DATA_FOLDER);

/** Begins with a letter or digit: `.` and `..` are no names. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;
const PATH = /^(?:\/[A-Za-z0-9._-]+)+$/;

const plainPath = (path: string): string =>
  `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;

const overlap = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
