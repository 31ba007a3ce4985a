// A customer's configuration with everything in it, and the secrets of an installation, for tests of the controller.
import { controllerConfig, type ControllerConfig } from '../../src/contracts/controller-config.ts';
import type { InstallationSecrets } from '../../src/controller/desired/installation-secrets.ts';

export const TUNNEL_TOKEN = 'eyJhIjoiTunnelTokenOfATest';
export const API_TOKEN = 'cfApiTokenOfATest-0123456789';

export const SECRETS: InstallationSecrets = {
  filebrowserPassword: 'first-password-of-a-test',
  filebrowserKey: 'session-key-of-a-test',
};

/** What is given replaces a whole section. */
export const exampleConfig = (sections: Readonly<Record<string, unknown>> = {}): ControllerConfig =>
  controllerConfig.parse({
    generation: 3,
    customer: { id: 'kovacs', domain: 'kovacs.hu', email: 'admin@kovacs.hu' },
    infrastructure: { cf_tunnel_token: TUNNEL_TOKEN, cf_api_token: API_TOKEN },
    ...sections,
  });
