// Makes the image of a guest's controller from this checkout: `npm run image`. Lays out what the
// Dockerfile copies, no more than that, and has `docker build` make the image; its name comes out on stdout.
import { execFileSync, spawnSync } from 'node:child_process';
import { access, copyFile, cp, mkdir, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
/** The only place that names it; its version is the package's. */
const IMAGE = `felhom-controller:${JSON.parse(await readFile(here('package.json'), 'utf8')).version}`;
const NODE = `node_modules/node-linux-${process.arch}/bin/node`;
/** Of what Node needs, this alone is not in the base. */
const LIBRARIES = ['libatomic.so.1'];
const BUILD_DEADLINE_MS = 10 * 60_000;

if (process.argv.length > 2) end('npm run image takes no options', 2);
for (const path of [NODE, 'dist/start.cjs']) {
  await access(here(path)).catch(() => end(`${path} is missing: run 'npm ci' first`, 1));
}
const folder = await mkdtemp(join(tmpdir(), 'felhom-image-'));
try {
  await layOut(folder);
  buildImage(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (process.exitCode === undefined) process.stdout.write(`${IMAGE}\n`);

async function layOut(folder) {
  const felhom = join(folder, 'felhom');
  await mkdir(join(felhom, NODE, '..'), { recursive: true });
  await copyFile(await realpath(here(NODE)), join(felhom, NODE));
  for (const path of ['bin', 'dist', 'LICENSE'])
    await cp(here(path), join(felhom, path), { recursive: true });
  await copyFile(here('packaging/controller/ask-health.mjs'), join(felhom, 'ask-health.mjs'));
  await mkdir(join(folder, 'bin'));
  await symlink('/opt/felhom/bin/felhom', join(folder, 'bin/felhom'));
  await symlink(`/opt/felhom/${NODE}`, join(folder, 'bin/node'));
  await mkdir(join(folder, 'lib'));
  for (const path of librariesOfNode())
    await copyFile(await realpath(path), join(folder, 'lib', basename(path)));
  await copyFile(here('packaging/controller/Dockerfile'), join(folder, 'Dockerfile'));
}

/** Where they lie on this machine: whoever can run this script has them. */
function librariesOfNode() {
  const print = 'process.stdout.write(JSON.stringify(process.report.getReport().sharedObjects))';
  const loaded = JSON.parse(execFileSync(here(NODE), ['-e', print], { encoding: 'utf8' }));
  return loaded.filter((path) => LIBRARIES.includes(basename(path)));
}

function buildImage(folder) {
  const { status, error } = spawnSync('docker', ['build', '--tag', IMAGE, folder], {
    stdio: ['ignore', 2, 2],
    timeout: BUILD_DEADLINE_MS,
  });
  if (error?.code === 'ENOENT') fail('docker is not installed here');
  else if (error !== undefined) fail(`docker build: ${error.message}`);
  else if (status !== 0) fail(`docker build failed, as said above`);
}

function fail(why) {
  process.stderr.write(`image: ${why}\n`);
  process.exitCode = 1;
}

function end(why, code) {
  process.stderr.write(`image: ${why}\n`);
  process.exit(code);
}
