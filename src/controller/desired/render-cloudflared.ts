// cloudflared: the tunnel to Cloudflare. Its token comes as a file (`--token-file`, since 2025.4.0).
import { configValue } from '../../contracts/base-stack.ts';
import type { ControllerConfig } from '../../contracts/controller-config.ts';
import type { ServiceDraft } from './draft.ts';

export function renderCloudflared(config: ControllerConfig): ServiceDraft {
  const target = '/etc/felhom';
  return {
    name: 'cloudflared',
    // As the image itself says.
    user: 65_532,
    // Without a line's end: it belongs to no token.
    files: [
      {
        path: 'tunnel-token',
        content: configValue(config, 'infrastructure.cf_tunnel_token') ?? '',
        secret: true,
      },
    ],
    configTarget: target,
    kept: [],
    given: [],
    ports: [],
    command: [
      'tunnel',
      '--no-autoupdate',
      '--metrics',
      `0.0.0.0:${METRICS_PORT}`,
      'run',
      '--token-file',
      `${target}/tunnel-token`,
    ],
    env: [],
    // Its only tool for it tells whether Cloudflare is reached. A guest without internet must not have its tunnel
    // rolled back for that; the controller's probe tells it.
    healthCheck: null,
    memoryBytes: 256 * 1024 * 1024,
    pids: 128,
    stopGraceS: 10,
    settleS: 5,
    probe: { port: METRICS_PORT, path: '/ready' },
  };
}

const METRICS_PORT = 2000;
