// Looks for secrets wherever somebody could read them who should not: each as it is, and as it is commonly
// written.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type Secrets = Readonly<Record<string, string>>;
/** A place, and all that can be read there. */
export type Place = { readonly where: string; readonly text: string };

/** `secret in place` for each that was found. */
export const findSecrets = (secrets: Secrets, places: readonly Place[]): readonly string[] =>
  places.flatMap(({ where, text }) =>
    Object.entries(secrets)
      .filter(([, secret]) => waysToWrite(secret).some((written) => text.includes(written)))
      .map(([name]) => `${name} in ${where}`),
  );

function waysToWrite(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // The middle of what base64 makes of it, wherever it begins in what was encoded.
  const shifted = [0, 1, 2].map((pad) => {
    const encoded = Buffer.concat([Buffer.alloc(pad), bytes]).toString('base64');
    return encoded.slice(4, -4);
  });
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString('hex'),
    ...shifted,
    ...shifted.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** Command lines and environments of every process that can be seen. */
export const processPlaces = (): readonly Place[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) =>
      ['cmdline', 'environ'].flatMap((what) => {
        try {
          return [{ where: `${what} of a process`, text: readFileSync(join('/proc', pid, what), 'latin1') }];
        } catch {
          // It has ended meanwhile.
          return [];
        }
      }),
    );

/** Files below a folder that others than their owner may read. */
export const openFiles = (folder: string): readonly Place[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => (statSync(path).mode & 0o077) !== 0)
    .map((path) => ({ where: `file ${path.slice(folder.length + 1)}`, text: readFileSync(path, 'latin1') }));
