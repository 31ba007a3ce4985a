// How findings come, stay and go: once for a command, over time for the console.
import { expect, test } from 'vitest';
import { failed } from '../../src/contracts/reading.ts';
import { allRules } from '../../src/doctor/all-rules.ts';
import { createDoctor, examine } from '../../src/doctor/examine.ts';
import { defineRule, say, type FactMap } from '../../src/doctor/rule.ts';
import * as make from './facts.ts';

function createPatient() {
  const time = { now: make.NOW, monotonic: 0 };
  const doctor = createDoctor({ clock: { now: () => time.now, monotonic: () => time.monotonic } });
  const found = (facts: FactMap) =>
    doctor.examine(facts).findings.map(({ rule, severity }) => `${severity} ${rule}`);
  const wait = (ms: number) => {
    time.now += ms;
    time.monotonic += ms;
  };
  return { time, doctor, found, wait };
}

test('a command sees at once what the console holds back until it lasts', () => {
  const { found, wait } = createPatient();
  const facts = make.availableMemory(5);
  expect(examine({ facts, now: make.NOW }).findings).toHaveLength(1);
  expect(found(facts)).toEqual([]);
  wait(9999);
  expect(found(facts)).toEqual([]);
  wait(1);
  expect(found(facts)).toEqual(['warn memory']);
});

test('what went away in between starts to count anew', () => {
  const { found, wait } = createPatient();
  found(make.availableMemory(5));
  wait(9000);
  found(make.availableMemory(50));
  wait(9000);
  expect(found(make.availableMemory(5))).toEqual([]);
});

test('a value that dances on its limit stays found until it is clearly back', () => {
  const { found, wait } = createPatient();
  found(make.availableMemory(9));
  wait(60_000);
  expect(found(make.availableMemory(11))).toEqual(['warn memory']);
  expect(found(make.availableMemory(12))).toEqual([]);
  expect(found(make.availableMemory(11))).toEqual([]);
});

test('since is when it was first seen, also after it became worse', () => {
  const { doctor, wait } = createPatient();
  doctor.examine(make.availableMemory(9));
  wait(60_000);
  const [finding] = doctor.examine(make.availableMemory(1)).findings;
  expect(finding).toMatchObject({ id: 'memory', severity: 'fail', since: make.NOW });
});

test('since is what the facts say where they say it', () => {
  const [finding] = examine({ facts: make.kernel({ kind: 'io' }), now: make.NOW }).findings;
  expect(finding?.since).toBe(make.NOW - 1000);
});

test('while its facts cannot be read a finding is not shown, and not forgotten', () => {
  const { doctor, found, wait } = createPatient();
  found(make.availableMemory(5));
  wait(20_000);
  const blind = doctor.examine({ memory: failed('timeout', 'meminfo', make.NOW) });
  expect(blind.findings.filter(({ rule }) => rule === 'memory')).toEqual([]);
  expect(blind.rules.find(({ rule }) => rule === 'memory')).toMatchObject({
    state: 'unknown',
    because: { text: 'doctor.unread', params: { facts: 'memory', code: 'timeout' } },
  });
  const [finding] = doctor.examine(make.availableMemory(5)).findings;
  expect(finding).toMatchObject({ rule: 'memory', since: make.NOW });
});

test('a clock that is set back neither hides nor ages a finding', () => {
  const { time, found } = createPatient();
  found(make.availableMemory(5));
  time.now -= 3_600_000;
  time.monotonic += 10_000;
  expect(found(make.availableMemory(5))).toEqual(['warn memory']);
});

test('what another rule explains is not shown, and says by which', () => {
  const facts = {
    ...make.load(50, 4),
    ...make.pressure({ cpu: 90 }),
  };
  const { findings, rules } = examine({ facts, now: make.NOW });
  expect(findings.map(({ rule }) => rule)).toEqual(['pressure']);
  expect(rules.find(({ rule }) => rule === 'load')).toEqual({
    rule: 'load',
    state: 'explained',
    because: { text: 'doctor.explained', params: { rule: 'pressure' } },
  });
});

test('what the controller tells of its container is not told again, and that of another is', () => {
  const stopped = make.container({ name: 'traefik', protected: true, state: 'exited' });
  const idsOf = (facts: FactMap) => examine({ facts, now: make.NOW }).findings.map(({ id }) => id);
  expect(idsOf(stopped)).toEqual(['container-stopped:traefik']);
  expect(idsOf({ ...stopped, ...make.base({ issues: [make.issue('traefik', 'fail')] }) })).toEqual([
    'base-stack:traefik',
  ]);
  expect(idsOf({ ...stopped, ...make.base({ issues: [make.issue('cloudflared', 'fail')] }) })).toEqual([
    'base-stack:cloudflared',
    'container-stopped:traefik',
  ]);
});

test('a controller that is silent explains that its own container does not run, and nothing else', () => {
  const silent = { base_stack: failed('no-answer', '/x/controller.sock', make.NOW, 'ENOENT') };
  const idsOf = (name: string) =>
    examine({
      facts: { ...make.container({ name, protected: true, state: 'exited' }), ...silent },
      now: make.NOW,
    }).findings.map(({ id }) => id);
  expect(idsOf('felhom-controller')).toEqual(['controller-silent:felhom-controller']);
  expect(idsOf('traefik')).toEqual(['controller-silent:felhom-controller', 'container-stopped:traefik']);
});

test('a failing disk explains its own errors and not those of another', () => {
  const facts = {
    ...make.smart({ verdict: 'failing' }),
    ...make.kernel({ kind: 'io', subject: 'sda' }, { kind: 'io', subject: 'sdb' }),
  };
  const { findings } = examine({ facts, now: make.NOW });
  expect(findings.map(({ id }) => id)).toEqual(['smart-failing:/dev/sda', 'io-errors:/dev/sdb']);
});

test('a hung mount explains why file systems could not be read', () => {
  const mounts = make.filesystems({
    ...make.mount({}, { mount_point: '/mnt/nas', fs_type: 'nfs4' }),
    fill: failed('hung', 'statfs', make.NOW),
  });
  const { findings } = examine({ facts: mounts, now: make.NOW });
  expect(findings.map(({ id }) => id)).toEqual(['filesystem-hung:/mnt/nas']);
});

test('failures come before warnings, and then in the order of the rules', () => {
  const facts = {
    ...make.availableMemory(1),
    ...make.filesystems(
      make.mount({ used_share: 0.9 }),
      make.mount({ used_share: 0.99 }, { mount_point: '/', device_number: '8:1' }),
    ),
    ...make.smart({ verdict: 'worn' }),
  };
  const { findings } = examine({ facts, now: make.NOW });
  expect(findings.map(({ id }) => id)).toEqual([
    'disk-full:/',
    'memory',
    'disk-full:/data',
    'smart-worn:/dev/sda',
  ]);
});

test('every rule has an answer in every examination', () => {
  expect(examine({ facts: {}, now: 1 }).rules.map(({ rule }) => rule)).toEqual(allRules.map(({ id }) => id));
});

test('a rule sees only facts that are there', () => {
  const seen: number[] = [];
  const rule = defineRule({
    id: 'test',
    title: 'rule.memory.title',
    needs: ['uptime'],
    holdMs: 0,
    look: (facts) => {
      seen.push(facts.uptime.value.uptime_s);
      return [];
    },
  });
  expect(rule.examine({ facts: {}, now: 1 })).toEqual({
    state: 'unknown',
    because: say('doctor.waiting', { facts: 'uptime' }),
  });
  expect(rule.examine({ facts: { uptime: make.good({ uptime_s: 5 }) }, now: 1 })).toEqual({ state: 'ok' });
  expect(seen).toEqual([5]);
});
