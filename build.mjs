// Builds what bin/felhom starts. Run once by the set-up (npm's "prepare").
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  inkWithoutDevtools,
  leaveOut,
  plainRowNames,
  plainWidthsFirst,
  processItself,
  yogaAtOnce,
} from './build/plugins.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** Another folder for whoever measures or tests a build while others use this one. */
const folder = resolve(process.argv[2] ?? here('dist'));
// Made beside it, so that nobody ever starts half a build.
const making = `${folder}.${process.pid}.new`;

try {
  await mkdir(making, { recursive: true });
  await bundle();
  await copyFile(here('build/start.cjs'), join(making, 'start.cjs'));
  await keepCode();
} catch (error) {
  // A failed build leaves no older one behind, which would be taken for this one.
  await rm(making, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
  throw error;
}
await rm(folder, { recursive: true, force: true });
await rename(making, folder);

/** One file in one piece, as V8 keeps code by the file; modules are still run only when they are imported. */
async function bundle() {
  await build({
    entryPoints: [here('src/cli/main.ts')],
    outfile: join(making, 'felhom.cjs'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node26',
    jsx: 'automatic',
    minify: true,
    // Letters outside ASCII are escaped, which lets start.cjs read it as one byte a letter.
    charset: 'ascii',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"', 'Intl.Segmenter': 'PlainSegmenter' },
    inject: [here('build/plain-segmenter.mjs')],
    banner: { js: '(function (require, __dirname) { const module = { exports: {} };' },
    footer: { js: '})' },
    plugins: [
      leaveOut,
      inkWithoutDevtools,
      yogaAtOnce(making),
      plainWidthsFirst,
      plainRowNames,
      processItself,
    ],
    logLevel: 'warning',
  });
}

/** By the Node and the flags that run it later: V8 takes back no other's. */
async function keepCode() {
  const start = /^exec "\$node" (.+) "\$here\/dist\/start\.cjs" "\$@"$/m.exec(
    await readFile(here('bin/felhom'), 'utf8'),
  );
  if (start === null) throw new Error('bin/felhom does not start dist/start.cjs as expected here');
  const node = fileURLToPath(import.meta.resolve(`node-linux-${process.arch}/bin/node`));
  execFileSync(node, [...start[1].split(' '), here('build/keep-code.cjs'), making], { stdio: 'pipe' });
}
