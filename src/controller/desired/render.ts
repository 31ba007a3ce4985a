// From controller.yaml to what should be. Pure: the same configuration and secrets give the same hashes.
import {
  BASE_NETWORK,
  BASE_SERVICES,
  missingKeys,
  type ConfigKey,
  type ServiceName,
} from '../../contracts/base-stack.ts';
import type { ControllerConfig } from '../../contracts/controller-config.ts';
import type { Desired, DesiredService } from './desired.ts';
import type { RefusedDraft, ServiceDraft } from './draft.ts';
import { finishService } from './finish-service.ts';
import type { InstallationSecrets } from './installation-secrets.ts';
import { renderCloudflared } from './render-cloudflared.ts';
import { renderFilebrowser } from './render-filebrowser.ts';
import { renderTraefik } from './render-traefik.ts';

export function render(config: ControllerConfig, secrets: InstallationSecrets): Desired {
  const services: DesiredService[] = [];
  const notConfigured: { service: ServiceName; keys: readonly ConfigKey[] }[] = [];
  const refused: { service: ServiceName; why: string }[] = [];
  const lacking: { service: ServiceName; keys: readonly ConfigKey[] }[] = [];
  for (const { name, needs, wants } of BASE_SERVICES) {
    const needed = missingKeys(config, needs);
    if (needed.length > 0) {
      notConfigured.push({ service: name, keys: needed });
      continue;
    }
    const draft = RENDERERS[name](config, secrets);
    if ('refused' in draft) {
      refused.push({ service: name, why: draft.refused });
      continue;
    }
    services.push(finishService(draft, config.paths.stacks_dir));
    const wanted = missingKeys(config, wants);
    if (wanted.length > 0) lacking.push({ service: name, keys: wanted });
  }
  return { network: BASE_NETWORK, services, notConfigured, refused, lacking };
}

const RENDERERS: Readonly<
  Record<ServiceName, (config: ControllerConfig, secrets: InstallationSecrets) => ServiceDraft | RefusedDraft>
> = { traefik: renderTraefik, cloudflared: renderCloudflared, filebrowser: renderFilebrowser };
