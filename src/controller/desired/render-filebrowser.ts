// filebrowser (FileBrowser Quantum 1.5): the customer's files in a browser. What it is configured with holds its
// secrets, so all of it is one.
import { configValue } from '../../contracts/base-stack.ts';
import type { ControllerConfig } from '../../contracts/controller-config.ts';
import { formatYaml } from '../../base/yaml-text.ts';
import type { RefusedDraft, ServiceDraft } from './draft.ts';
import type { InstallationSecrets } from './installation-secrets.ts';
import { judgeStorage, LOCAL_NAME } from './storage-paths.ts';

export function renderFilebrowser(
  config: ControllerConfig,
  secrets: InstallationSecrets,
): ServiceDraft | RefusedDraft {
  const judged = judgeStorage(config.paths.storage, config.paths.stacks_dir);
  if ('refused' in judged) return judged;
  const sources = [LOCAL_NAME, ...judged.storage.map(({ name }) => name)].map((name) => ({
    path: `/srv/${name}`,
    name,
    config: { defaultEnabled: true },
  }));
  return {
    name: 'filebrowser',
    // The image's own; folders of storage must be readable to it.
    user: 1000,
    files: [{ path: 'config.yaml', content: configuration(config, secrets, sources), secret: true }],
    configTarget: '/config',
    kept: [
      // Where the image itself has its database: a variable of the image may outrank the configuration.
      { path: 'data', target: DATA },
      { path: 'files', target: `/srv/${LOCAL_NAME}` },
    ],
    given: judged.storage.map(({ name, path }) => ({ source: path, target: `/srv/${name}` })),
    ports: [],
    command: [],
    env: ['FILEBROWSER_CONFIG=/config/config.yaml'],
    healthCheck: ['wget', '-q', '-O', '/dev/null', `http://127.0.0.1:${FILEBROWSER_PORT}/health`],
    memoryBytes: 1024 * 1024 * 1024,
    pids: 256,
    stopGraceS: 10,
    settleS: 5,
    probe: { port: FILEBROWSER_PORT, path: '/health' },
  };
}

/** Above 1024: no capability is needed for it. */
export const FILEBROWSER_PORT = 8080;
const DATA = '/home/filebrowser/data';

function configuration(
  config: ControllerConfig,
  secrets: InstallationSecrets,
  sources: readonly unknown[],
): string {
  const domain = configValue(config, 'customer.domain');
  const scheme = configValue(config, 'infrastructure.cf_api_token') === undefined ? 'http' : 'https';
  return formatYaml({
    server: {
      port: FILEBROWSER_PORT,
      baseURL: '/',
      ...(domain === undefined ? {} : { externalUrl: `${scheme}://files.${domain}` }),
      database: `${DATA}/database.db`,
      cacheDir: `${DATA}/cache`,
      disableUpdateCheck: true,
      logging: [{ levels: 'info|warning|error', noColors: true }],
      sources,
    },
    auth: {
      key: secrets.filebrowserKey,
      adminUsername: 'admin',
      adminPassword: secrets.filebrowserPassword,
      methods: { password: { enabled: true, minLength: 12, signup: false } },
    },
  });
}
