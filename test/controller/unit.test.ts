// The unit that starts a guest's controller, as systemd reads it; and that it and its script speak of the same
// places as the controller.
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LABELS, CONTROLLER_CONTAINER } from '../../src/contracts/base-stack.ts';
import {
  CONTROLLER_PORT,
  DEFAULT_BOOTSTRAP,
  DEFAULT_DATA_FOLDER,
  DEFAULT_STACKS_DIR,
} from '../../src/contracts/controller-files.ts';
import { findProgram } from '../setup/find-program.ts';
import { makeFolder } from '../agent/test-agent.ts';

const PACKAGING = join(import.meta.dirname, '../../packaging/controller');
const NAME = 'felhom-controller-bootstrap';
const read = (file: string) => readFileSync(join(PACKAGING, file), 'utf8');
const unit = read(`${NAME}.service`);
const script = read(`${NAME}.sh`);
const noSystemd = findProgram('systemd-analyze') === undefined;

test('systemd understands every line of it', { skip: noSystemd }, () => {
  const folder = makeFolder();
  copyFileSync(join(PACKAGING, `${NAME}.sh`), join(folder, NAME));
  const path = join(folder, `${NAME}.service`);
  writeFileSync(path, unit.replace('/usr/local/sbin', folder));
  const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
  // Units of this machine that it pulls in are no matter of ours.
  expect(`${stdout}${stderr}`.split('\n').filter((line) => line.includes(NAME))).toEqual([]);
});

test('it is for guests that were told whose they are, and comes after Docker', () => {
  const lines = unit.split('\n');
  expect(lines).toContain(`ConditionPathExists=${DEFAULT_BOOTSTRAP}`);
  expect(lines).toContain('After=docker.service');
});

test('unit, script, image and controller mean the same places', () => {
  const settings = script.split('\n');
  expect(settings).toContain(`name=${CONTROLLER_CONTAINER}`);
  expect(settings).toContain(`bootstrap=${DEFAULT_BOOTSTRAP.replace('/bootstrap.json', '')}`);
  expect(settings).toContain(`data=${DEFAULT_DATA_FOLDER}`);
  expect(settings).toContain(`stacks=${DEFAULT_STACKS_DIR}`);
  expect(unit).toContain(`RequiresMountsFor=/etc/felhom-bootstrap ${DEFAULT_STACKS_DIR}`);
  expect(read('Dockerfile')).toContain(`"controller", "--container", "${CONTROLLER_CONTAINER}"]`);
  expect(read('ask-health.mjs')).toContain(`http://127.0.0.1:${CONTROLLER_PORT}/api/health`);
});

test('the controller does not take its own container for one of its services', () => {
  const [label] = /^label=(.*)$/m.exec(script)?.slice(1) ?? [];
  expect(Object.values(LABELS)).not.toContain(label);
});

test('the script is plain sh, and stops at the first thing that goes wrong', () => {
  expect(script.split('\n')[0]).toBe('#!/bin/sh');
  expect(script).toMatch(/^set -eu$/m);
  expect(spawnSync('sh', ['-n', join(PACKAGING, `${NAME}.sh`)]).status).toBe(0);
});

test('no image is ever pulled by it', () => {
  const runs = script.match(/docker (?:run|create|pull)\b.*/g) ?? [];
  expect(runs.length).toBeGreaterThan(1);
  expect(runs.filter((line) => !line.includes('--pull never'))).toEqual([]);
});
