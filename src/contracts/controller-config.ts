// What a guest's controller is told: `bootstrap.json` when the guest is made, a customer's configuration
// from the hub, and `controller.yaml`, which it writes from both (0600). Fields that this version does not
// know are kept.
import { z } from 'zod';
import { DEFAULT_STACKS_DIR } from './controller-files.ts';

const FINGERPRINT = /^(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){31})$/;
/** It goes into a header. */
const headerSecret = z.string().regex(/^[\x21-\x7e]{1,1000}$/, 'needs printable ASCII without spaces');
/** RFC 1123, as a container's host name and a folder may be called. */
const customerId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'needs small letters, digits and dashes, at most 63');
const domain = z
  .string()
  .max(253)
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/, 'needs a domain name');
const absolutePath = z
  .string()
  // One way to read each: with several, a long one that does not fit takes for ever.
  .regex(/^(?:\/[A-Za-z0-9._-]+)+\/?$/, 'needs an absolute path of letters, digits, dots and dashes')
  .refine((path) => !path.split('/').includes('..'), 'needs a path without ..');

/** Without what says nothing: what is compared with it, by us or by Docker, is plain as well. */
const plainPath = (path: string): string =>
  `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;

const hub = z.looseObject({ url: z.url({ protocol: /^https?$/ }), api_key: headerSecret });
const localApi = z.looseObject({
  /** Address and port of the host's agent: `192.168.0.162:8443`. */
  endpoint: z
    .string()
    .regex(
      /^(?:https:\/\/)?(?:\[[0-9a-fA-F:.%\w]+\]|[^\s:/@[\]]+):\d{1,5}\/?$/,
      'needs an address and a port',
    ),
  /** SHA-256 of its certificate, hexadecimal. */
  fingerprint: z.string().regex(FINGERPRINT, 'needs a SHA-256'),
  token: headerSecret,
});

/** `/etc/felhom-bootstrap/bootstrap.json`, 0600. */
export const bootstrap = z.looseObject({
  customer: z.looseObject({
    id: customerId,
    name: z.string().optional(),
    domain: domain.nullish(),
    email: z.email().nullish(),
  }),
  /** The customer's kind of key, never the host's. */
  hub: hub.optional(),
  local_api: localApi.optional(),
});
export type Bootstrap = z.infer<typeof bootstrap>;

const optionalSecret = headerSecret.nullish().catch(null);

/** What the hub may set; a controller asks `GET /api/v1/customers/{id}/config` for it (YAML). */
export const customerConfig = z.looseObject({
  /** A higher one replaces what was there. */
  generation: z.int().nonnegative(),
  customer: z
    .looseObject({ id: customerId, domain: domain.nullish(), email: z.email().nullish() })
    .partial()
    .optional(),
  infrastructure: z
    .looseObject({ cf_tunnel_token: headerSecret.nullish(), cf_api_token: headerSecret.nullish() })
    .optional(),
  stacks: z.looseObject({ protected: z.array(z.string()).optional() }).optional(),
  paths: z
    .looseObject({
      storage: z.array(z.object({ name: z.string().regex(/^[A-Za-z0-9._-]{1,60}$/), path: absolutePath })),
    })
    .partial()
    .optional(),
  assets: z.looseObject({}).optional(),
});
export type CustomerConfig = z.infer<typeof customerConfig>;

/** `controller.yaml` in the data folder. */
export const controllerConfig = z.looseObject({
  generation: z.int().nonnegative().default(0),
  /** SHA-256 of the bootstrap.json that hub and local API were taken from: another one is taken anew. */
  bootstrap_digest: z.string().optional(),
  customer: z.looseObject({
    id: customerId,
    domain: domain.nullish(),
    email: z.email().nullish(),
  }),
  infrastructure: z
    .looseObject({ cf_tunnel_token: optionalSecret, cf_api_token: optionalSecret })
    .prefault({}),
  stacks: z.looseObject({ protected: z.array(z.string()).optional() }).prefault({}),
  paths: z
    .looseObject({
      stacks_dir: absolutePath.transform(plainPath).default(DEFAULT_STACKS_DIR),
      /** What filebrowser shows: folders of this guest, each under a name. */
      storage: z
        .array(z.object({ name: z.string().regex(/^[A-Za-z0-9._-]{1,60}$/), path: absolutePath }))
        .default([]),
    })
    .prefault({}),
  assets: z.looseObject({}).prefault({}),
  hub: hub.optional(),
  local_api: localApi
    .extend({
      /** The certificate to come, as the agent announced it: pinned beside the present one. */
      next_fingerprint: z.string().regex(FINGERPRINT).optional(),
    })
    .optional(),
});
export type ControllerConfig = z.infer<typeof controllerConfig>;
