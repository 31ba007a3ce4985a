// A service's image, there and the right one: as it is, else from an archive in the data folder, else by a pull.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, messageOf } from '../../base/errors.ts';
import { CONTROLLER_FILES } from '../../contracts/controller-files.ts';
import { EngineError } from '../../clients/engine.ts';
import { readImageArchive } from '../../clients/image-archive.ts';
import type { DesiredService } from '../desired/desired.ts';
import type { Hands } from './hands.ts';

type Wanted = DesiredService['image'];
type Reach = Pick<Hands, 'engine' | 'dataFolder' | 'log'>;

/** Gives what a container is made of: the reference, which then means the right image. */
export async function ensureImage(image: Wanted, reach: Reach, signal: AbortSignal): Promise<string> {
  const { engine, log } = reach;
  const { reference, id: wanted } = image;
  if (await hasImage(image, engine, signal)) return reference;
  // Loaded, but somebody gave its name to another.
  if (wanted !== null && (await engine.inspectImage(wanted, signal)) !== undefined) {
    await engine.tagImage(wanted, reference, signal);
    return reference;
  }
  const said: string[] = [];
  const loaded = await loadFromArchive(image, reach, said, signal);
  if (loaded) return reference;
  try {
    await engine.pullImage(reference, signal);
  } catch (error) {
    if (signal.aborted || (error instanceof EngineError && error.kind === 'unreachable')) throw error;
    throw new Error(
      [`image ${reference} is not here`, ...said, `it cannot be pulled: ${messageOf(error)}`].join('; '),
      { cause: error },
    );
  }
  const pulled = await engine.inspectImage(reference, signal);
  if (pulled === undefined || (wanted !== null && pulled.id !== wanted)) {
    throw new Error(
      `image ${reference} was pulled with id ${pulled?.id ?? 'none'}, and ${wanted ?? 'one'} is expected`,
    );
  }
  log.info({ image: reference, id: pulled.id }, 'image pulled');
  return reference;
}

export async function hasImage(
  { reference, id }: Wanted,
  engine: Reach['engine'],
  signal: AbortSignal,
): Promise<boolean> {
  const there = await engine.inspectImage(reference, signal);
  return there !== undefined && (id === null || there.id === id);
}

/** `said`: what is to be told of archives that did not serve. */
async function loadFromArchive(
  { reference, id: wanted }: Wanted,
  { engine, dataFolder, log }: Reach,
  said: string[],
  signal: AbortSignal,
): Promise<boolean> {
  const folder = join(dataFolder, CONTROLLER_FILES.images);
  const archives = await listArchives(folder);
  if (archives.length === 0) said.push(`no archive lies in ${folder}`);
  for (const path of archives) {
    try {
      const image = (await readImageArchive(path, signal)).find(({ references }) =>
        references.includes(reference),
      );
      if (image === undefined) continue;
      if (wanted !== null && image.id !== wanted) {
        said.push(`${path} holds it with id ${image.id}, and ${wanted} is expected`);
        continue;
      }
      await engine.loadImage(path, signal);
      const loaded = await engine.inspectImage(reference, signal);
      if (loaded?.id !== image.id) {
        said.push(
          `${path} was loaded, and ${reference} is ${loaded?.id ?? 'not there'} instead of ${image.id}`,
        );
        continue;
      }
      log.info({ image: reference, id: image.id, archive: path }, 'image loaded');
      return true;
    } catch (error) {
      const daemonGone = error instanceof EngineError && ['unreachable', 'no-space'].includes(error.kind);
      if (signal.aborted || daemonGone) throw error;
      said.push(messageOf(error));
    }
  }
  return false;
}

/** The newest first: of two with one reference, that is the one that was meant. */
async function listArchives(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  const found = await Promise.all(
    names
      .filter((name) => name.endsWith('.tar'))
      .map(async (name) => {
        const path = join(folder, name);
        return { path, changed: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 };
      }),
  );
  return found.toSorted((one, other) => other.changed - one.changed).map(({ path }) => path);
}
