// The agent in its own process with Proxmox's programs stood in for: a guest is moved by the command, the agent
// is killed and stopped meanwhile, and what a guest reports is found on the host.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createFakeProxmox } from './fake-proxmox.ts';
import { runAgent, type RunningAgent } from './running-agent.ts';

const isRoot = process.getuid?.() === 0;
const skip = !isRoot;
const GUESTS = [
  { vmid: 9200, name: 'felhom-golden', uptime: 86_400 },
  { vmid: 9201, type: 'qemu', name: 'win', status: 'stopped' },
] as const;

async function opened() {
  const proxmox = createFakeProxmox(GUESTS);
  return { proxmox, agent: await runAgent({ disks: { auto_scan: false } }, proxmox.folder) };
}

/** What became of guests, as the ledger's command shows it. */
function told(agent: RunningAgent): readonly string[] {
  const { records } = JSON.parse(agent.command('ledger', 'show', '--json').out);
  return records
    .filter(({ what }: { what: string }) => what.startsWith('guest.'))
    .map(({ what, detail }: { what: string; detail: { why?: string | null } }) =>
      [what, detail.why ?? ''].join(' ').trim(),
    );
}

test('by the command, on the host and not by the guest itself', { skip }, async () => {
  const { proxmox, agent } = await opened();
  const known = async () => JSON.stringify((await agent.ask('GET', '/facts/proxmox')).body);
  expect(await known()).toContain('"name":"win","status":"stopped"');
  proxmox.list(GUESTS.map((guest) => ({ ...guest, status: 'running' })));
  // Read once a minute, unless something has changed it.
  expect(await known()).toContain('"name":"win","status":"stopped"');
  expect(agent.command('guests', 'start', '9201')).toMatchObject({ code: 0, out: 'Guest 9201: running\n' });
  expect(await known()).toContain('"name":"win","status":"running"');
  expect(agent.command('guests', 'stop', '9200', '--confirm', '9201').code).toBe(4);
  const stopped = agent.command('guests', 'stop', '9200', '--confirm', '9200', '--json');
  expect(JSON.parse(stopped.out)).toMatchObject({ deed: 'stop', vmid: 9200, kind: 'lxc', status: 'stopped' });
  expect(proxmox.calls()).toEqual(['qm start 9201', 'pct shutdown 9200 --timeout 60']);
  const { headerFile } = await agent.mint(9201);
  for (const deed of ['start', 'stop', 'reboot']) {
    const body = deed === 'start' ? {} : { confirm: '9201' };
    expect(agent.curl(headerFile, 'POST', `/guests/9201/${deed}`, body).status).toBe(403);
    expect(agent.curl(undefined, 'POST', `/guests/9201/${deed}`, body).status).toBe(401);
  }
  expect(proxmox.calls()).toHaveLength(2);
});

test('an agent that is killed or stopped meanwhile says so, and a guest goes its way', { skip }, async () => {
  const { proxmox, agent } = await opened();
  proxmox.does('shutdown', 'sleep 1');
  const lost = agent.ask('POST', '/guests/9200/stop', { confirm: '9200' }).catch(() => 'cut');
  while (proxmox.calls().length === 0) await sleep(20);
  await agent.kill('SIGKILL');
  expect(await lost).toBe('cut');
  await agent.start();
  expect(told(agent)).toEqual(['guest.asked', 'guest.interrupted the agent ended meanwhile']);
  await expect.poll(() => proxmox.is(9200), { timeout: 5000 }).toBe('stopped');

  proxmox.does('start', 'sleep 30');
  void agent.ask('POST', '/guests/9200/start', {}).catch(() => 'cut');
  while (proxmox.calls().length === 1) await sleep(20);
  const since = Date.now();
  expect(await agent.kill('SIGTERM')).toBe(0);
  expect(Date.now() - since).toBeLessThan(5000);
  await agent.start();
  expect(told(agent).slice(2)).toEqual(['guest.asked', 'guest.interrupted the agent stopped meanwhile']);
});

test('what a guest reports is found by doctor and check on the host, with its names', { skip }, async () => {
  const { agent } = await opened();
  const { headerFile } = await agent.mint(9200);
  const names = { hostname: 'demo-felhom', guest_hostname: 'felhom-golden', customer_id: 'demo-felhom' };
  const issue = 'Protected container not running: traefik';
  const body = { status: 'fail', issues: [issue], controller_version: '1', ...names };
  expect(agent.curl(headerFile, 'POST', '/guests/9200/report', body).status).toBe(200);
  const failing = agent.command('doctor', 'guest-failing');
  expect(failing.code).toBe(1);
  expect(failing.out).toContain(issue);
  expect(failing.out).toContain('felhom base status');
  expect(agent.command('doctor', 'guest-names').out).toContain('pct set 9200 --hostname demo-felhom');
  expect(agent.command('doctor', 'guest-silent').code).toBe(0);
  const check = agent.command('check');
  expect(check.code).toBe(2);
  expect(check.out).toContain('Guest 9200 reports a failure');
  const { body: listed } = await agent.ask('GET', '/guests');
  expect(listed).toMatchObject({
    guests: [{ vmid: 9200, address: '127.0.0.1', report: { ...names, issues: [issue] } }, { vmid: 9201 }],
  });
});
