// Builds what bin/felhom starts. Run once by the set-up (npm's "prepare").
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './build/bundle.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** Another folder for whoever measures or tests a build while others use this one. */
const folder = resolve(process.argv[2] ?? here('dist'));
if (process.argv[2]?.startsWith('-'))
  throw new Error('build.mjs takes no options, only another folder than dist');
const KEEP_CODE_DEADLINE_MS = 30_000;
// Made beside it, so that nobody ever starts half a build.
const making = `${folder}.${process.pid}.new`;

try {
  await mkdir(making, { recursive: true });
  await bundle(here('.'), making);
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

/** By the Node and the flags that run it later: V8 takes back no other's. */
async function keepCode() {
  const start = /^exec "\$node" (.+) "\$here\/dist\/start\.cjs" "\$@"$/m.exec(
    await readFile(here('bin/felhom'), 'utf8'),
  );
  if (start === null) throw new Error('bin/felhom does not start dist/start.cjs as expected here');
  const node = fileURLToPath(import.meta.resolve(`node-linux-${process.arch}/bin/node`));
  const opening = [...start[1].split(' '), here('build/keep-code.cjs'), making];
  try {
    execFileSync(node, opening, { stdio: 'pipe', timeout: KEEP_CODE_DEADLINE_MS, killSignal: 'SIGKILL' });
  } catch (error) {
    // The console starts without it as well, only later.
    process.stderr.write(`V8's code could not be kept: ${error.message}\n`);
  }
}
