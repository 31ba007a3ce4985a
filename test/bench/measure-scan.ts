// Proving a disk blank: `felhom disks scan` beside `dd`, each reading the same loop device past the cache.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { felhom } from './programs-measured.ts';

const CHUNK = Buffer.alloc(16 * 1024 * 1024);
const SIZE_BYTES = 2 * 1024 ** 3;
const START_RUNS = 3;

export type ScanRates = { readonly felhom: number[]; readonly dd: number[] };

/** MB a second of each, in turns. The starting of a program is measured apart and taken off. */
export function measureScan(runs: number): ScanRates {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-bench-scan-'));
  const image = join(folder, 'disk.img');
  // Written, not sparse: a hole is read from nowhere.
  const fd = openSync(image, 'w');
  for (let at = 0; at < SIZE_BYTES; at += CHUNK.length) writeSync(fd, CHUNK);
  closeSync(fd);
  const device = run('losetup', '--find', '--show', '--direct-io=on', image).trim();
  try {
    const rates: ScanRates = { felhom: [], dd: [] };
    const startMs = Math.min(
      ...Array.from({ length: START_RUNS }, () => timed(felhom.file, 'disks', 'scan', '--help')),
    );
    for (let index = 0; index < runs; index += 1) {
      const dd = timed('dd', `if=${device}`, 'of=/dev/null', 'bs=4M', 'iflag=direct');
      const scan = timed(felhom.file, 'disks', 'scan', device, '--source', 'embedded') - startMs;
      rates.dd.push(SIZE_BYTES / dd / 1000);
      rates.felhom.push(SIZE_BYTES / scan / 1000);
    }
    return rates;
  } finally {
    run('losetup', '--detach', device);
    rmSync(folder, { recursive: true });
  }
}

function timed(file: string, ...args: readonly string[]): number {
  const from = performance.now();
  run(file, ...args);
  return performance.now() - from;
}

const run = (file: string, ...args: readonly string[]): string =>
  execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
