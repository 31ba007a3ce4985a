// Makes ready what the tests need beyond Node: installs missing Debian packages when root, else
// says which are missing. FELHOM_NO_INSTALL=1 only says. With --bench the benchmark's peers too.
import { spawnSync } from 'node:child_process';
import { findProgram } from './find-program.ts';
import { programs, type Program } from './programs.ts';

const wanted = process.argv.includes('--bench') ? programs : programs.filter((one) => one.for === 'tests');
const isRoot = process.getuid?.() === 0;
const mayInstall = isRoot && process.env['FELHOM_NO_INSTALL'] !== '1' && findProgram('apt-get') !== undefined;

const before = missing();
if (before.length > 0 && mayInstall) install([...new Set(before.map((one) => one.debianPackage))]);
const after = missing();
if (after.length > 0) {
  say('Missing here; the tests that need them are skipped:');
  for (const one of after) say(`  ${one.command} (Debian: ${one.debianPackage}): ${one.why}`);
  if (!isRoot) say(`As root this command installs them.`);
}

function missing(): readonly Program[] {
  return wanted.filter((one) => findProgram(one.command) === undefined);
}

/** A failed installation is no failure yet: what is missing is listed, and CI refuses skipped tests. */
function install(packages: readonly string[]): void {
  say(`Installing for the tests: ${packages.join(' ')}`);
  const apt = (...args: readonly string[]) =>
    spawnSync('apt-get', ['-q', '-y', '--no-install-recommends', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        DEBIAN_FRONTEND: 'noninteractive',
        // Daemons that a package brings must not start by themselves: tests start their own.
        RUNLEVEL: '1',
      },
    }).status === 0;
  if (!apt('install', ...packages)) {
    // A fresh machine has no package lists yet.
    if (apt('update')) apt('install', ...packages);
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
