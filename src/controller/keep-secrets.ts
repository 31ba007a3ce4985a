// Secrets that belong to one installation: made at the first start, kept in the data folder, 0600.
import { join } from 'node:path';
import { randomSecret } from '../base/digest.ts';
import type { Text } from '../base/texts/text.ts';
import { keepSecret } from '../daemon/secret-file.ts';
import type { InstallationSecrets } from './desired/installation-secrets.ts';

export const keepSecrets = async (dataFolder: string, text: Text): Promise<InstallationSecrets> => ({
  filebrowserPassword: await keepSecret(join(dataFolder, 'filebrowser-password'), randomSecret, text),
  filebrowserKey: await keepSecret(join(dataFolder, 'filebrowser-key'), randomSecret, text),
});
