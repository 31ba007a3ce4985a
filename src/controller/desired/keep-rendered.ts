// What should be, as the configuration says now: rendered once for each that comes.
import type { ControllerConfig } from '../../contracts/controller-config.ts';
import type { Desired } from './desired.ts';
import type { InstallationSecrets } from './installation-secrets.ts';
import { render } from './render.ts';

/** `settleS`: for tests, how long each service takes to count as started. */
export function keepRendered(
  current: () => ControllerConfig | null,
  secrets: InstallationSecrets,
  settleS: number | undefined,
): () => Desired | null {
  let rendered: { readonly config: ControllerConfig; readonly desired: Desired } | undefined;
  return () => {
    const config = current();
    if (config === null) return null;
    if (rendered?.config !== config) {
      const desired = render(config, secrets);
      const services = desired.services.map((service) => ({
        ...service,
        settleS: settleS ?? service.settleS,
      }));
      rendered = { config, desired: { ...desired, services } };
    }
    return rendered.desired;
  };
}
