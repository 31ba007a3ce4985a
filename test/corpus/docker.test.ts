// Recorded answers of Docker: each list and each container becomes facts, whatever is missing in
// it, never an exception and never NaN. FELHOM_FIXTURES=DIR adds every file of DIR/docker.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseContainers } from '../../src/clients/docker-containers.ts';
import { parseInspected } from '../../src/clients/docker-detail.ts';
import { absent } from '../../src/contracts/reading.ts';
import { container, containerDetail, type Container } from '../../src/contracts/facts/containers.ts';

const fixtures = process.env['FELHOM_FIXTURES'];
const own = join(import.meta.dirname, '../docker/recordings');
const folders = [own, ...(fixtures === undefined ? [] : [join(fixtures, 'docker')])];
const files = folders.flatMap((folder) =>
  globSync('**/*.json', { cwd: folder }).map((name) => join(folder, name)),
);

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const checkList = (answer: unknown): readonly Container[] =>
  (parseContainers(answer) ?? []).map((one) => container.parse(one));
const checkDetail = (answer: unknown) => {
  const parsed = parseInspected(answer);
  // The schema refuses NaN and infinity.
  return parsed && containerDetail.parse({ ...parsed.detail, log_tail: absent('empty', 'recording', 0) });
};

test.each(files.filter((file) => Array.isArray(read(file))))('%s: every container of the list', (file) => {
  const containers = checkList(read(file));
  expect(containers).toHaveLength([read(file)].flat().length);
  expect(containers.filter((one) => one.image === '' || one.state === 'unknown')).toEqual([]);
  expect(containers.filter((one) => (one.created_at ?? 0) < 1_400_000_000_000)).toEqual([]);
});

test.each(files.filter((file) => isInspected(read(file))))(
  '%s: the container, without its environment',
  (file) => {
    const detail = checkDetail(read(file));
    expect(detail?.command.length).toBeGreaterThan(0);
    expect(JSON.stringify(detail)).not.toMatch(/PATH=|not-kept/);
  },
);

test.each(files)('%s: with any one field gone, null or another no exception and no wrong fact', (file) => {
  const answer = read(file);
  const check = () => {
    for (const damaged of damage(Array.isArray(answer) ? answer.slice(0, 3) : answer)) {
      checkList(damaged);
      checkDetail(damaged);
    }
  };
  expect(check).not.toThrow();
});

test('our own recordings say what the containers were made to be', () => {
  const listed = checkList(read(join(own, 'containers.json')));
  const shown = listed.map((one) => `${one.name} ${one.state} ${one.health ?? '-'}`);
  expect(new Set(shown)).toEqual(
    new Set([
      'created created -',
      'exited exited -',
      'looping restarting -',
      'paused paused -',
      'running running -',
      'unhealthy running unhealthy',
    ]),
  );
  expect(listed.find((one) => one.name === 'running')).toMatchObject({
    stack: 'shop',
    pinned: 'tag',
    ports: expect.arrayContaining(['0.0.0.0:8080->80/tcp', '53/udp']),
    mounts: expect.arrayContaining([{ source: '/etc', target: '/host-etc', read_only: true }]),
  });
});

test.each([
  ['created', null],
  ['exited', 7],
  ['looping', 3],
  ['paused', null],
  ['running', null],
])('our recording %s has the exit code %s', (name, code) => {
  expect(checkDetail(read(join(own, `${name}_inspect.json`)))?.exit_code).toBe(code);
});

function isInspected(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'State' in answer && 'Path' in answer;
}

/** The value with each field in turn (three levels deep) left out, and null, and of another kind. */
function* damage(value: unknown, depth = 3): Generator {
  if (depth === 0 || typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const rest = Object.entries(value).filter(([other]) => other !== key);
    const rebuild = (entries: readonly [string, unknown][]): unknown =>
      Array.isArray(value) ? entries.map(([, one]) => one) : Object.fromEntries(entries);
    yield rebuild(rest);
    for (const other of [null, 7, 'x', [], {}]) yield rebuild([...rest, [key, other]]);
    for (const damaged of damage(inner, depth - 1)) yield rebuild([...rest, [key, damaged]]);
  }
}
