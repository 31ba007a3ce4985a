// The base stack as data: which containers are protected, from which images, and which keys of
// controller.yaml each needs. Whoever adds a protected container adds a row here; permit, healing, the lock
// sign and the doctor follow.
import type { ControllerConfig } from './controller-config.ts';

/** As one writes it: `infrastructure.cf_tunnel_token`. */
export type ConfigKey =
  | 'customer.domain'
  | 'customer.email'
  | 'infrastructure.cf_api_token'
  | 'infrastructure.cf_tunnel_token';

export type BaseImage = {
  /** Repository and tag, never `latest`. */
  readonly reference: string;
  /** The image's id (SHA-256 of its configuration), where it is known; an archive's manifest gives it too. */
  readonly id: string | null;
};

export type BaseService = {
  /** The container's name, and its folder below `paths.stacks_dir`. */
  readonly name: string;
  readonly image: BaseImage;
  /** Without these it is not configured, and is not started. */
  readonly needs: readonly ConfigKey[];
  /** Without these it runs with less, and says so. */
  readonly wants: readonly ConfigKey[];
  /** While the internet is away it answers that it is not well, and nothing of this guest is broken. */
  readonly needsInternet: boolean;
};

export const BASE_SERVICES = [
  {
    name: 'traefik',
    image: { reference: 'traefik:v3.6.7', id: null },
    needs: ['customer.domain', 'customer.email'],
    wants: ['infrastructure.cf_api_token'],
    needsInternet: false,
  },
  {
    name: 'cloudflared',
    image: { reference: 'cloudflare/cloudflared:2025.11.1', id: null },
    needs: ['infrastructure.cf_tunnel_token'],
    wants: [],
    needsInternet: true,
  },
  {
    name: 'filebrowser',
    image: { reference: 'gtstef/filebrowser:1.5.6-stable', id: null },
    needs: [],
    wants: [],
    needsInternet: false,
  },
] as const satisfies readonly BaseService[];
export type ServiceName = (typeof BASE_SERVICES)[number]['name'];

export const isServiceName = (name: string): name is ServiceName =>
  BASE_SERVICES.some((service) => service.name === name);

/** The controller's own container: protected as well, but only looked at. */
export const CONTROLLER_CONTAINER = 'felhom-controller';
export const BASE_NETWORK = 'traefik-public';

/** Containers that nobody stops by mistake. */
export const PROTECTED_NAMES: ReadonlySet<string> = new Set([
  ...BASE_SERVICES.map(({ name }) => name),
  CONTROLLER_CONTAINER,
]);

/** What stands at a key, or nothing when it is missing or empty. */
export function configValue(config: ControllerConfig, key: ConfigKey): string | undefined {
  const { customer, infrastructure } = config;
  const values: Readonly<Record<ConfigKey, string | null | undefined>> = {
    'customer.domain': customer.domain,
    'customer.email': customer.email,
    'infrastructure.cf_api_token': infrastructure.cf_api_token,
    'infrastructure.cf_tunnel_token': infrastructure.cf_tunnel_token,
  };
  const value = values[key];
  return value === null || value === undefined || value === '' ? undefined : value;
}

/** Those of the keys at which nothing stands. */
export const missingKeys = (config: ControllerConfig, keys: readonly ConfigKey[]): readonly ConfigKey[] =>
  keys.filter((key) => configValue(config, key) === undefined);

/** Labels by which we know what is ours (reverse DNS, as Docker asks for). */
export const LABELS = {
  /** `felhom-controller`: made by the controller. */
  owner: 'eu.felhom.owner',
  service: 'eu.felhom.service',
  stack: 'eu.felhom.stack',
  /** Of the options and the configuration that it was made from. */
  hash: 'eu.felhom.hash',
  /** `true`: whoever made this container lets the controller start, stop and restart it; no more. */
  managed: 'eu.felhom.managed',
} as const;
export const OWNER = 'felhom-controller';
