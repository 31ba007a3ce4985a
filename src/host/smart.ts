// What disks say of their own health, by smartctl(8): one disk at a time, and none is woken for it.
import type { SmartDisk, SmartFacts } from '../contracts/facts/smart.ts';
import { failed, ok, type Reading } from '../contracts/reading.ts';
import type { ToolResult } from '../base/run-tool.ts';
import type { Machine } from './machine.ts';
import { parseJson, smartAnswer, smartScan } from './smart-answer.ts';
import { ASLEEP_STATUS, parseSmartReport } from './smart-report.ts';
import { toolMissing } from './tool-missing.ts';

const DEADLINE_MS = 20_000;
const SOURCE = 'smartctl';

type Previous = { readonly value: SmartFacts; readonly at: number } | undefined;
type Target = { readonly device: string; readonly type: string };

export async function readSmart(
  machine: Machine,
  previous: Previous,
  signal: AbortSignal,
): Promise<Reading<SmartFacts>> {
  const run = async (args: readonly string[]) =>
    machine.runTool({ file: 'smartctl', args: ['--json=c', ...args], deadlineMs: DEADLINE_MS, signal });

  // The plain scan opens no disk, so that it cannot wake one either.
  const scan = await run(['--scan']);
  const at = machine.clock.now();
  if (scan.state !== 'ended') return toolMissing(scan, SOURCE, at);
  const devices = parseJson(smartScan, scan.stdout);
  // smartmontools before 7 know no JSON.
  if (devices === undefined) return failed('garbage', SOURCE, at, scan.stderr.split('\n')[0]);

  const disks: SmartDisk[] = [];
  for (const { name, type = GUESS } of devices.devices ?? []) {
    const target = { device: name, type };
    const before = findBefore(previous, target);
    // Guessing a disk's type may wake it; what answered before is said at once.
    const known = type === GUESS ? (before?.type ?? GUESS) : type;
    const args = ['--all', '--nocheck', `standby,${ASLEEP_STATUS}`];
    const result = await run([...args, ...(known === GUESS ? [] : ['--device', known]), '--', name]);
    disks.push(toDisk(target, result, machine.clock.now(), before));
  }
  const denied = disks.find(({ report }) => report.state === 'failed' && report.code === 'no-permission');
  if (denied !== undefined && disks.every(({ report }) => report.state !== 'ok')) {
    return failed('no-permission', SOURCE, at, denied.report.state === 'ok' ? '' : denied.report.detail);
  }
  return ok({ disks }, SOURCE, machine.clock.now());
}

/** What a scan says of any disk behind the kernel's SCSI layer, SATA and USB included. */
const GUESS = 'scsi';

function toDisk(target: Target, result: ToolResult, at: number, before: SmartDisk | undefined): SmartDisk {
  const source = `${SOURCE} ${target.device}`;
  if (result.state !== 'ended') return { ...target, report: toolMissing(result, SOURCE, at) };
  const report = parseSmartReport(result.stdout, source, at);
  const answered = parseJson(smartAnswer, result.stdout)?.device?.type;
  // A sleeping disk keeps its last report, which says itself how old it is.
  const asleep = report.state === 'absent' && before?.report.state === 'ok';
  return {
    device: target.device,
    type: target.type === GUESS ? (answered ?? before?.type ?? GUESS) : target.type,
    report: asleep ? before.report : report,
  };
}

/** Disks behind one RAID controller share the path: their type tells them apart. */
const findBefore = (previous: Previous, target: Target): SmartDisk | undefined =>
  previous?.value.disks.find(
    ({ device, type }) =>
      device === target.device && (target.type === GUESS ? !type.includes(',') : type === target.type),
  );
