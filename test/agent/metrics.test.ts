// `/metrics`, as Prometheus itself judges and scrapes it.
import { bareDevice } from '../contracts/bare-device.ts';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { expositionFor, formatFamilies } from '../../src/agent/exposition.ts';
import { metricFamilies } from '../../src/agent/metric-families.ts';
import { guestReport } from '../../src/contracts/facts/guests.ts';
import { absent, failed, ok } from '../../src/contracts/reading.ts';
import * as make from '../doctor/facts.ts';
import { findProgram } from '../setup/find-program.ts';
import { freePort } from './agent-process.ts';
import { ask, scrapeToken } from './ask.ts';
import { makeFolder, startTestAgent } from './test-agent.ts';

const NOW = 1_700_000_000_000;
const noPrometheus = ['promtool', 'prometheus'].some((program) => findProgram(program) === undefined);
const lint = (text: string) => spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });

const disk = {
  ...bareDevice('sda'),
  size_bytes: 1e12,
  model: 'Evil "quoted" \\ model\u001b]52;c;x\u0007\nfelhom_injected 1',
  serial: 'S\u202Eevil',
  transport: 'sata',
  rotational: true,
  removable: false,
  durable_id: 'byid:wwn-0x5000039ddb108568',
  io: { read_bytes: 10, written_bytes: 20, busy_ms: 1, read_rate: null, write_rate: null, busy: null },
};
const flags = {
  flags: [
    {
      name: 'sda',
      data_bearing: false,
      verdict: 'blank_proven' as const,
      reason: 'blank',
      signals: [],
      scan: null,
    },
  ],
  allow_loop: false,
};

test('what is not known has no sample, and is told as missing', () => {
  const text = formatFamilies(
    metricFamilies(
      {
        load: failed('io-error', '/proc/loadavg', NOW),
        temperatures: absent('not-here', 'hwmon', NOW),
        uptime: ok({ uptime_s: 5 }, 'x', NOW),
      },
      { version: '1', now: NOW },
    ),
    'text',
  );
  expect(text).toContain('felhom_subject_ok{subject="load"} 0');
  expect(text).toContain('felhom_uptime_seconds 5');
  for (const never of ['felhom_load1', 'temperature', 'NaN', 'felhom_memory'])
    expect(text).not.toContain(never);
});

test.each(['text', 'openmetrics'] as const)('foreign text breaks out of no label (%s)', (form) => {
  const families = metricFamilies(
    { disks: ok({ devices: [disk] }, 'x', NOW), disk_flags: ok(flags, 'x', NOW) },
    { version: '1', now: NOW },
  );
  const text = formatFamilies(families, form);
  expect(text.split('\n').filter((line) => /^felhom_injected|[\u001b\u202E]/.test(line))).toEqual([]);
  expect(text).toContain('felhom_disk_data_bearing{device="sda",verdict="blank_proven"} 0');
  expect(text.endsWith('# EOF\n')).toBe(form === 'openmetrics');
});

test('flags that could not be read call no disk blank', () => {
  const families = metricFamilies({ disks: ok({ devices: [disk] }, 'x', NOW) }, { version: '1', now: NOW });
  expect(formatFamilies(families, 'text')).not.toContain('data_bearing');
});

/** Of a host with one guest, whose last report came in then. */
const withGuest = (reported: number) =>
  formatFamilies(
    metricFamilies(
      {
        guests: ok(
          {
            guests: [
              {
                vmid: 9200,
                report: guestReport.parse({
                  status: 'fail',
                  issues: ['Protected container not running: traefik'],
                }),
                reported,
                address: null,
                tokens: 1,
              },
            ],
          },
          'x',
          NOW,
        ),
        ...make.proxmox(null, null),
      },
      { version: '1', now: NOW },
    ),
    'text',
  );

test('a guest’s status is told while its report is fresh, its age always, and whether Proxmox runs it', () => {
  const fresh = withGuest(NOW - 60_000);
  expect(fresh).toContain('felhom_guest_status{vmid="9200",status="fail"} 1');
  expect(fresh).toContain('felhom_guest_status{vmid="9200",status="ok"} 0');
  expect(fresh).toContain('felhom_guest_report_age_seconds{vmid="9200"} 60');
  expect(fresh).toContain('felhom_guest_running{vmid="9200",kind="lxc"} 1');
  const old = withGuest(NOW - 3_600_000);
  expect(old).toContain('felhom_guest_report_age_seconds{vmid="9200"} 3600');
  expect(old).not.toContain('felhom_guest_status');
});

test.each([
  ['application/openmetrics-text;version=1.0.0,text/plain;q=0.5', 'openmetrics'],
  ['text/plain;version=0.0.4', 'text'],
  ['*/*', 'text'],
  [undefined, 'text'],
])('who accepts %s is given %s', (accept, form) => {
  expect(expositionFor(accept)).toBe(form);
});

test('promtool has nothing to say against it', { skip: noPrometheus }, async () => {
  const agent = await startTestAgent();
  const answer = await ask(agent, { path: '/metrics', token: scrapeToken(agent) });
  expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  const families = metricFamilies(
    { disks: ok({ devices: [disk] }, 'x', NOW), disk_flags: ok(flags, 'x', NOW) },
    { version: '1', now: NOW },
  );
  for (const text of [answer.text, formatFamilies(families, 'text'), withGuest(NOW - 60_000)]) {
    expect(lint(text)).toMatchObject({ status: 0, stdout: '', stderr: '' });
  }
});

test('a real Prometheus scrapes it over TLS with the scrape token', { skip: noPrometheus }, async () => {
  const agent = await startTestAgent();
  const folder = makeFolder();
  const port = await freePort();
  mkdirSync(join(folder, 'data'));
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `scrape_configs:
  - job_name: felhom
    scheme: https
    scrape_interval: 1s
    authorization: { credentials_file: ${join(agent.config.state_dir, 'scrape-token')} }
    tls_config: { insecure_skip_verify: true }
    static_configs: [{ targets: ['127.0.0.1:${agent.port}'] }]
`,
  );
  execFileSync('promtool', ['check', 'config', join(folder, 'prometheus.yml')], { stdio: 'ignore' });
  const prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore', cwd: folder },
  );
  const gone = new Promise((resolve) => prometheus.once('close', resolve));
  onTestFinished(async () => {
    prometheus.kill('SIGKILL');
    await gone;
  });
  const query = async (expression: string): Promise<string> =>
    new Promise((resolve) => {
      get(
        { port, host: '127.0.0.1', path: `/api/v1/query?query=${encodeURIComponent(expression)}` },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
          response.on('end', () => resolve(text));
        },
      ).on('error', () => resolve(''));
    });
  let up = '';
  for (let tries = 0; tries < 100 && !up.includes(',"1"]'); tries += 1) {
    up = await query('up{job="felhom"}');
    await sleep(200);
  }
  expect(up).toContain(',"1"]');
  expect(await query('felhom_memory_total_bytes')).toMatch(/"value":\[[\d.]+,"\d{8,}"\]/);
  expect(await query('felhom_build_info')).toContain('"version":"0.0.0-test"');
});
