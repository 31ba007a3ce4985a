// Traefik: the guest's door. It reads files and no Docker socket; its certificates lie in a folder of its own, where
// it makes `acme.json` 0600 by itself.
import { formatYaml } from '../../base/yaml-text.ts';
import { configValue } from '../../contracts/base-stack.ts';
import type { ControllerConfig } from '../../contracts/controller-config.ts';
import type { DraftFile, RefusedDraft, ServiceDraft } from './draft.ts';
import { FILEBROWSER_PORT } from './render-filebrowser.ts';
import { isHost, saneHeaders, traefikRoute } from './traefik-route.ts';
import { PING_PORT, traefikStatic } from './traefik-static.ts';

export function renderTraefik(config: ControllerConfig): ServiceDraft | RefusedDraft {
  const domain = configValue(config, 'customer.domain') ?? '';
  const email = configValue(config, 'customer.email') ?? '';
  const token = configValue(config, 'infrastructure.cf_api_token');
  const certificates = token !== undefined;
  const filebrowser = {
    stack: 'filebrowser',
    host: `files.${domain}`,
    container: 'filebrowser',
    port: FILEBROWSER_PORT,
  };
  if (!isHost(filebrowser.host)) return { refused: 'customer.domain makes no host name' };
  const files: readonly DraftFile[] = [
    plain('traefik.yml', traefikStatic({ domain, email, certificates })),
    plain('dynamic/sane-headers.yml', saneHeaders(certificates)),
    plain('dynamic/filebrowser.yml', traefikRoute(filebrowser, certificates)),
    ...(token === undefined ? [] : [{ path: 'cf-dns-api-token', content: token, secret: true }]),
  ];
  return {
    name: 'traefik',
    // The image has none of its own but root.
    user: 65_080,
    files,
    configTarget: '/etc/traefik',
    kept: [{ path: 'acme', target: '/acme' }],
    given: [],
    ports: [{ inside: 80, outside: 80 }, ...(certificates ? [{ inside: 443, outside: 443 }] : [])],
    command: ['--configFile=/etc/traefik/traefik.yml'],
    // The name of a file, never the token.
    env: certificates ? ['CF_DNS_API_TOKEN_FILE=/etc/traefik/cf-dns-api-token'] : [],
    healthCheck: ['wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${PING_PORT}/ping`],
    // Ports 80 and 443 for a user that is not root, without NET_BIND_SERVICE; in this container's network only.
    hostConfig: { Sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' } },
    memoryBytes: 256 * 1024 * 1024,
    pids: 128,
    stopGraceS: 15,
    settleS: 5,
    probe: { port: PING_PORT, path: '/ping' },
  };
}

const plain = (path: string, content: unknown): DraftFile => ({
  path,
  content: formatYaml(content),
  secret: false,
});
