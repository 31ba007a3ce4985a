// A service's container by what should be: its files in place, created under its name, started.
import { composeCreate } from '../desired/compose-create.ts';
import type { DesiredService } from '../desired/desired.ts';
import { staleFolders } from '../desired/stale-folders.ts';
import type { Hands } from './hands.ts';
import { placeFiles, removeStale } from './place-files.ts';

export async function putFiles(service: DesiredService, hands: Hands): Promise<void> {
  await placeFiles(hands.stacksDir, service.name, service);
  await dropStale(service, hands, null);
  hands.onStage(`${service.name}: files`);
}

/** `gone`: a container that was there when it was looked, and is not any more. */
export async function dropStale(service: DesiredService, hands: Hands, gone: string | null): Promise<void> {
  const { stacksDir, observed } = hands;
  const containers = observed.containers.filter(({ id }) => id !== gone);
  await removeStale(stacksDir, service.name, (found) => staleFolders(found, service, stacksDir, containers));
}

/** `image`: what `ensureImage` gave. Gives the container's id. */
export async function makeContainer(
  service: DesiredService,
  image: string,
  hands: Hands,
  signal: AbortSignal,
): Promise<string> {
  const id = await hands.engine.createContainer(service.name, composeCreate(service, image), signal);
  hands.onStage(`${service.name}: created`);
  return id;
}

export async function startContainer(
  service: DesiredService,
  id: string,
  hands: Hands,
  signal: AbortSignal,
): Promise<void> {
  await hands.engine.startContainer(id, signal);
  hands.onStage(`${service.name}: started`);
}
