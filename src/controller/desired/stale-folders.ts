// Folders of configurations that no container can need any more: they hold secrets, and must not pile up.
import type { ObservedContainer } from '../plan/state.ts';
import type { DesiredService } from './desired.ts';
import { CONFIG_PREFIX } from './finish-service.ts';

/**
 * `found`: names in `<stacksDir>/<service>`. Kept are what is desired and whatever any container still mounts, a
 * leftover too: it may get its name back.
 */
export function staleFolders(
  found: readonly string[],
  service: DesiredService,
  stacksDir: string,
  containers: readonly ObservedContainer[],
): readonly string[] {
  const mounted = new Set(containers.flatMap(({ mounts }) => mounts.map(({ source }) => source)));
  return found.filter(
    (name) =>
      CONFIG_FOLDER.test(name) &&
      name !== service.configFolder &&
      !mounted.has(`${stacksDir}/${service.name}/${name}`),
  );
}

const CONFIG_FOLDER = new RegExp(`^${CONFIG_PREFIX}[0-9a-f]{16}$`);
