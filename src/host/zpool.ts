// The answers of zpool(8): `list -Hp -o name,size,alloc,free,frag` and `status -p`.
import type { ZfsPool } from '../contracts/facts/pools.ts';

type Fill = Pick<ZfsPool, 'size_bytes' | 'allocated_bytes' | 'free_bytes' | 'fragmentation_percent'>;
type Health = Pick<ZfsPool, 'read_errors' | 'write_errors' | 'checksum_errors' | 'scan'>;

export function parseZpoolList(text: string): ReadonlyMap<string, Fill> {
  const pools = new Map<string, Fill>();
  for (const line of text.split('\n')) {
    const [name, size, allocated, free, fragmentation] = line.split('\t');
    if (name === undefined || size === undefined) continue;
    pools.set(name, {
      size_bytes: toNumber(size),
      allocated_bytes: toNumber(allocated),
      free_bytes: toNumber(free),
      fragmentation_percent: toNumber(fragmentation?.replace(/%$/, '')),
    });
  }
  return pools;
}

/** `-` stands for what a pool that is not online does not tell. */
const toNumber = (text: string | undefined): number | null =>
  text !== undefined && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;

export function parseZpoolStatus(text: string): ReadonlyMap<string, Health> {
  const pools = new Map<string, Health>();
  for (const part of text.split(/^ *pool: /m).slice(1)) {
    const name = part.split('\n', 1)[0]?.trim() ?? '';
    pools.set(name, { ...countErrors(part), scan: scanOf(part) });
  }
  return pools;
}

/** Its sentence may go on over lines that begin with a tab. */
function scanOf(part: string): string | null {
  const match = /^ *scan: (.+(?:\n\t.+)*)/m.exec(part);
  const sentence = match?.[1]?.replace(/\s+/g, ' ').trim();
  return sentence === undefined || sentence === '' ? null : sentence;
}

const ROW = /^\t( *)(\S+) +[A-Z]+ +(\d+) +(\d+) +(\d+)/;

/**
 * Over all devices: a mirror's own row stays 0 while one of its disks goes bad. A row that is the
 * sum of the rows below it is not counted again.
 */
function countErrors(part: string): Omit<Health, 'scan'> {
  const rows = part
    .split('\n')
    .map((line) => ROW.exec(line))
    .filter((match) => match !== null)
    .map((match) => ({ depth: match[1]?.length ?? 0, counts: match.slice(3, 6).map(Number) }));
  if (rows.length === 0) return { read_errors: null, write_errors: null, checksum_errors: null };
  const leaves = rows.filter((row, index) => (rows[index + 1]?.depth ?? 0) <= row.depth);
  const total = (column: number) => {
    const below = leaves.reduce((sum, row) => sum + (row.counts[column] ?? 0), 0);
    return Math.max(below, rows[0]?.counts[column] ?? 0);
  };
  return { read_errors: total(0), write_errors: total(1), checksum_errors: total(2) };
}
