// Traefik's dynamic configuration for one stack: its name to its container.

export type Route = {
  /** Of the stack: names router and service. */
  readonly stack: string;
  readonly host: string;
  readonly container: string;
  readonly port: number;
};

/** Throws for a name that could end a rule's backticks: whoever gives one has not asked `isHost`. */
export function traefikRoute({ stack, host, container, port }: Route, certificates: boolean): unknown {
  if (!isHost(host)) throw new TypeError('a host name has letters that it must not have');
  return {
    http: {
      routers: {
        [stack]: {
          rule: `Host(\`${host}\`)`,
          entryPoints: [certificates ? 'websecure' : 'web'],
          middlewares: ['sane-headers'],
          service: stack,
        },
      },
      services: {
        [stack]: { loadBalancer: { servers: [{ url: `http://${container}:${port}` }] } },
      },
    },
  };
}

/** What every answer carries. */
export const saneHeaders = (certificates: boolean): unknown => ({
  http: {
    middlewares: {
      'sane-headers': {
        headers: {
          contentTypeNosniff: true,
          customFrameOptionsValue: 'SAMEORIGIN',
          referrerPolicy: 'same-origin',
          ...(certificates ? { stsSeconds: 15_552_000 } : {}),
        },
      },
    },
  },
});

export const isHost = (host: string): boolean => HOST.test(host);

const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
