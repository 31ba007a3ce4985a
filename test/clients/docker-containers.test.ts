// Docker's list, with everything in it that versions and proxies leave out.
import { expect, test } from 'vitest';
import { parseContainers } from '../../src/clients/docker-containers.ts';
import { parseInspected } from '../../src/clients/docker-detail.ts';
import { container } from '../../src/contracts/facts/containers.ts';

const ID = '3d88e0e3543281c747d88b27e246578b65ae8964ba86c7cd7522cf84e0978134';

test('a row of nothing but an id is a container whose other facts are unknown, not zero', () => {
  for (const nothing of [undefined, null, 7, {}]) {
    const row = Object.fromEntries(
      ['Names', 'Image', 'ImageID', 'State', 'Status', 'Labels', 'Ports', 'Mounts', 'NetworkSettings'].map(
        (key) => [key, nothing],
      ),
    );
    const [only] = parseContainers([{ ...row, Id: ID, Created: null, Health: nothing }]) ?? [];
    expect(container.parse(only)).toEqual({
      id: ID,
      name: ID.slice(0, 12),
      image: '',
      image_id: '',
      pinned: 'no',
      state: 'unknown',
      health: null,
      status: '',
      created_at: null,
      stack: null,
      protected: false,
      ports: [],
      networks: [],
      ours: 'no',
      mounts: [],
    });
  }
});

test('rows that are no containers are left out, an answer that is no list is refused', () => {
  expect(parseContainers([null, 1, 'x', {}, { Id: '' }])).toEqual([]);
  expect(parseContainers({ message: 'page not found' })).toBeUndefined();
});

test('health comes from its own field or, before API 1.52, from the sentence', () => {
  const health = (row: object) => parseContainers([{ Id: ID, ...row }])?.[0]?.health;
  expect(health({ Status: 'Up 3 hours (healthy)' })).toBe('healthy');
  expect(health({ Status: 'Up 3 hours (unhealthy)' })).toBe('unhealthy');
  expect(health({ Status: 'Up 2 seconds (health: starting)' })).toBe('starting');
  expect(health({ Status: 'Up 3 hours (Paused)' })).toBeNull();
  expect(health({ Status: 'Up 3 hours', Health: { Status: 'unhealthy', FailingStreak: 3 } })).toBe(
    'unhealthy',
  );
  expect(health({ Status: 'Up 3 hours', Health: { Status: 'none' } })).toBeNull();
});

test('the name is its own, not the one that another container links to it by', () => {
  const named = parseContainers([{ Id: ID, Names: ['/web/db', '/traefik'] }])?.[0];
  expect(named).toMatchObject({ name: 'traefik', protected: true });
  expect(parseContainers([{ Id: ID, Names: ['/my-traefik-1'] }])?.[0]?.protected).toBe(false);
});

test('ports of both address families, unpublished ones and mounts without a source are told', () => {
  const [row] =
    parseContainers([
      {
        Id: ID,
        Ports: [
          { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
          { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
          { PrivatePort: 53, Type: 'udp' },
        ],
        Mounts: [
          { Type: 'volume', Name: 'data', Source: '', Destination: '/data', RW: false },
          { Type: 'tmpfs', Source: '', Destination: '/tmp', RW: true },
        ],
      },
    ]) ?? [];
  expect(row?.ports.toSorted()).toEqual(['0.0.0.0:8080->80/tcp', '53/udp', '[::]:8080->80/tcp']);
  expect(row?.mounts).toEqual([
    { source: 'data', target: '/data', read_only: true },
    { source: '', target: '/tmp', read_only: false },
  ]);
});

test('a container that never ran has no exit code and no times', () => {
  const State = {
    Status: 'created',
    Running: false,
    ExitCode: 0,
    OOMKilled: false,
    StartedAt: '0001-01-01T00:00:00Z',
    FinishedAt: '0001-01-01T00:00:00Z',
  };
  expect(
    parseInspected({ Id: ID, Path: '/x', Args: null, State, Config: { Env: ['SECRET=1'] } })?.detail,
  ).toEqual({
    id: ID,
    started_at: null,
    finished_at: null,
    exit_code: null,
    oom_killed: false,
    restart_count: null,
    restart_policy: null,
    command: ['/x'],
  });
});
