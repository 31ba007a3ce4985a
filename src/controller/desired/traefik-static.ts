// Traefik's static configuration: doors, certificates, and where it finds the rest. No dashboard, no Docker, and
// nothing that calls home.

export const PING_PORT = 8082;

/** `certificates`: by Cloudflare's DNS; without a token for it there is plain HTTP only. */
export function traefikStatic(options: {
  readonly domain: string;
  readonly email: string;
  readonly certificates: boolean;
}): unknown {
  const { domain, email, certificates } = options;
  // An upload over a slow line takes longer than the minute that Traefik gives.
  const transport = { respondingTimeouts: { readTimeout: '10m' } };
  const redirections = { entryPoint: { to: 'websecure', scheme: 'https' } };
  return {
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    log: { level: 'INFO' },
    entryPoints: {
      web: { address: ':80', transport, ...(certificates ? { http: { redirections } } : {}) },
      ...(certificates
        ? {
            websecure: {
              address: ':443',
              transport,
              http: {
                tls: {
                  certResolver: RESOLVER,
                  // One for all of its names: a new stack waits for none, and no log of certificates names it.
                  domains: [{ main: domain, sans: [`*.${domain}`] }],
                },
              },
            },
          }
        : {}),
      // Published nowhere: for the health check inside and the controller's probe on the network.
      ping: { address: `:${PING_PORT}` },
    },
    ping: { entryPoint: 'ping' },
    providers: { file: { directory: '/etc/traefik/dynamic', watch: true } },
    ...(certificates
      ? {
          certificatesResolvers: {
            [RESOLVER]: {
              acme: { email, storage: '/acme/acme.json', dnsChallenge: { provider: 'cloudflare' } },
            },
          },
        }
      : {}),
  };
}

const RESOLVER = 'cloudflare';
