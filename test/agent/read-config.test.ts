// The configuration file: whose it must be, and how it is told what is wrong in it.
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { createGrantReader } from '../../src/agent/grants.ts';
import { createLog } from '../../src/daemon/log.ts';
import { readConfig } from '../../src/agent/read-config.ts';
import { createText } from '../../src/base/texts/text.ts';
import { makeFolder } from './test-agent.ts';

const text = createText('en');
const isRoot = process.getuid?.() === 0;

function written(content: string, mode = 0o644): string {
  const path = join(makeFolder(), 'agent.json');
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

test.each(['{}', ''])(
  'an empty configuration (%j) is one: guests are not served, nothing is granted',
  (empty) => {
    expect(readConfig(written(empty), text)).toMatchObject({
      unknown: [],
      config: {
        local_api: { enable: false },
        disks: { grants: {}, allow_loop: false },
        state_dir: '/var/lib/felhom-agent',
      },
    });
  },
);

test('fields of another version are told and left out', () => {
  const { config, unknown } = readConfig(
    written('{\n "local_api": {"enable": true,\n  "leaf_ttl": "1h"},\n "telemetry": {}\n}'),
    text,
  );
  expect(unknown).toEqual(['local_api.leaf_ttl (line 3)', 'telemetry (line 4)']);
  expect(config.local_api.enable).toBe(true);
});

test.each([
  [
    '{\n "local_api": {\n  "listen_addr": "192.168.0.162"\n }\n}',
    /:3: local_api\.listen_addr: needs an address and a port/,
  ],
  ['{\n "local_api": {"listen_addr": "host:99999"}\n}', /:2: local_api\.listen_addr/],
  ['{"local_api":\n {"enable": "yes"}}', /:2: local_api\.enable: .*boolean/],
  ['{"disks": {\n"grants": {"9200": ["/dev/sdb"]}}}', /:2: disks\.grants\.9200/],
  ['{"disks": {\n"grants": {"my guest": "*"}}}', /:2: disks\.grants\.my guest: needs VMIDs as keys/],
  ['{"state_dir": "relative"}', /:1: state_dir/],
  ['{"hub": {"api_key": 7}}', /:1: hub\.api_key/],
  ['{\n"a": 1,\n"a": 2}', /:3: Map keys must be unique/],
  ['{"a": [1, 2}', /:1: /],
  ['[]', /:1: .*object/],
  ['*x', /:1: Aliases/],
])('what is wrong in %j is told with its line and field', (content, expected) => {
  expect(() => readConfig(written(content), text)).toThrow(expected);
});

test('a secret in it is in no message', () => {
  const content = '{"hub": {"host_id": "h", "api_key": ["felhom-very-secret"]}}';
  let message = '';
  try {
    readConfig(written(content), text);
  } catch (error) {
    message = String(error);
  }
  expect(message).toContain('hub.api_key');
  expect(message).not.toContain('very-secret');
});

test('what others could have written is refused, and what is no file or too large', () => {
  expect(() => readConfig(written('{}', 0o664), text)).toThrow(/can be changed by others/);
  expect(() => readConfig(written('{}', 0o646), text)).toThrow(/can be changed by others/);
  expect(() => readConfig(written(`"${'a'.repeat(2e6)}"`), text)).toThrow(/cannot be read/);
  const folder = makeFolder();
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  mkdirSync(join(folder, 'folder'));
  symlinkSync(written('{}', 0o666), join(folder, 'link'));
  for (const name of ['fifo', 'folder', 'missing']) {
    expect(() => readConfig(join(folder, name), text)).toThrow(/cannot be read/);
  }
  expect(() => readConfig(join(folder, 'link'), text)).toThrow(/can be changed by others/);
});

test("another person's file is refused", { skip: !isRoot }, () => {
  const path = written('{}');
  chownSync(path, 65_534, 65_534);
  expect(() => readConfig(path, text)).toThrow(/can be changed by others/);
});

test('grants are read again when the file changes, and a broken file grants nothing', () => {
  const path = written('{"disks": {"grants": {"9200": "*"}}}');
  const lines: string[] = [];
  const read = createGrantReader(path, text, createLog('info', { write: (line) => void lines.push(line) }));
  expect(read()).toEqual({ '9200': '*' });
  expect(read()).toEqual({ '9200': '*' });
  expect(lines).toHaveLength(1);
  writeFileSync(path, '{"disks": {"grants": {"9201": ["byid:wwn-0x5000039ddb108568"]}}}');
  expect(read()).toEqual({ '9201': ['byid:wwn-0x5000039ddb108568'] });
  writeFileSync(path, '{"disks": {"grants": {"9201": ');
  expect(read()).toEqual({});
  writeFileSync(path, '{"disks": {"grants": {"9201": "*"}}}');
  expect(read()).toEqual({ '9201': '*' });
  chmodSync(path, 0o666);
  expect(read()).toEqual({});
});
