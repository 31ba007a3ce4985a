// Which folders of old configurations go: those that nothing can need any more, and nothing else in there.
import { expect, test } from 'vitest';
import { render } from '../../../src/controller/desired/render.ts';
import { staleFolders } from '../../../src/controller/desired/stale-folders.ts';
import { exampleConfig, SECRETS } from '../example-config.ts';
import { previous } from '../plan/world.ts';

test('what is desired, what is mounted and what is not ours stays', () => {
  const [traefik] = render(exampleConfig(), SECRETS).services;
  if (traefik === undefined) throw new Error('no traefik');
  const mounted = 'config-00000000000000aa';
  const stale = 'config-00000000000000bb';
  const found = [
    traefik.configFolder,
    mounted,
    stale,
    'acme',
    'config-of-mine',
    'config-00000000000000bb.bak',
  ];
  const old = previous('traefik', {
    mounts: [
      {
        type: 'bind',
        source: `/opt/docker/stacks/traefik/${mounted}`,
        target: '/etc/traefik',
        readOnly: true,
      },
    ],
  });
  expect(staleFolders(found, traefik, '/opt/docker/stacks', [old])).toEqual([stale]);
});
