// Mounted file systems and how full they are. statfs(2) of a dead mount never returns, so it is
// called in children (but for the root's own, on which this machine's files lie): one for the mounts that cannot hang by themselves, one each for those
// that can (network, FUSE), and one each for all where the first did not come back.
import type { FilesystemFacts, FilesystemFill } from '../contracts/facts/filesystems.ts';
import { absent, failed, ok, type Missing, type Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { chooseMounts, mayHang } from './filesystem-mounts.ts';
import { parseMountinfo, type Mount } from './mountinfo.ts';
import { readFact } from './read-fact.ts';
import { fromStat, parseStatf, STATF_ARGS, toFill, type Statf } from './statf.ts';

const DEADLINE_MS = 1000;
/** A mount that hung is left alone this long: its next child would most likely hang too. */
const RETRY_MS = 4000;

type Answer = Reading<Statf>;

/** Remembers which mounts hang, so that each holds one process and not one every few seconds. */
export function createFilesystemsReader(): (
  machine: Machine,
  previous: unknown,
  signal: AbortSignal,
) => Promise<Reading<FilesystemFacts>> {
  /** Mount point → when it may be asked again; infinite while a child of its is stuck. */
  const resting = new Map<string, number>();
  let running: Promise<Reading<FilesystemFacts>> | undefined;

  const askOne = async (machine: Machine, mount: Mount, signal: AbortSignal): Promise<Answer> => {
    const point = mount.mountPoint;
    const source = `stat -f ${point}`;
    const where = `${mount.fsType} of ${mount.source} does not answer`;
    if ((resting.get(point) ?? 0) > machine.clock.monotonic()) {
      return failed('hung', source, machine.clock.now(), where);
    }
    resting.set(point, Number.POSITIVE_INFINITY);
    const rest = (ms: number) => resting.set(point, machine.clock.monotonic() + ms);
    const result = await machine.runTool({
      file: 'stat',
      args: [...STATF_ARGS, point],
      deadlineMs: DEADLINE_MS,
      signal,
    });
    const at = machine.clock.now();
    if (result.state === 'timeout') {
      if (!result.stuck) rest(RETRY_MS);
      void result.gone?.then(() => rest(0));
      return failed('timeout', source, at, where);
    }
    resting.delete(point);
    if (result.state === 'missing') return absent('no-tool', 'stat', at);
    if (result.state !== 'ended') return failed('tool-failed', source, at, result.state);
    const answer = parseStatf(result.stdout).get(point);
    return answer === undefined ? explain(result.stderr, source, at) : ok(answer, source, at);
  };

  const askTogether = async (machine: Machine, mounts: readonly Mount[], signal: AbortSignal) => {
    const points = mounts.map((mount) => mount.mountPoint);
    const result = await machine.runTool({
      file: 'stat',
      args: [...STATF_ARGS, ...points],
      deadlineMs: DEADLINE_MS,
      signal,
    });
    return result.state === 'ended' ? parseStatf(result.stdout) : new Map<string, Statf>();
  };

  const askAll = async (machine: Machine, mounts: readonly Mount[], signal: AbortSignal) => {
    const answers = new Map<number, Answer>();
    const alone = async (mount: Mount) => answers.set(mount.id, await askOne(machine, mount, signal));
    const root = mounts.find((mount) => mount.mountPoint === '/' && !mayHang(mount));
    const stat = root === undefined ? undefined : machine.statRoot();
    if (root !== undefined && stat !== undefined) {
      answers.set(root.id, ok(fromStat(stat), 'statfs /', machine.clock.now()));
    }
    const others = mounts.filter((mount) => !answers.has(mount.id));
    const together = others.filter((mount) => !mayHang(mount) && !resting.has(mount.mountPoint));
    const asked = others.filter((mount) => !together.includes(mount)).map(alone);
    const found =
      together.length === 0 ? new Map<string, Statf>() : await askTogether(machine, together, signal);
    const at = machine.clock.now();
    for (const mount of together) {
      const answer = found.get(mount.mountPoint);
      if (answer === undefined) asked.push(alone(mount));
      else answers.set(mount.id, ok(answer, 'stat -f', at));
    }
    await Promise.all(asked);
    return answers;
  };

  const read = async (machine: Machine, signal: AbortSignal): Promise<Reading<FilesystemFacts>> => {
    const table = await readFact(machine, '/proc/self/mountinfo', parseMountinfo);
    if (table.state !== 'ok') return table;
    const mounts = chooseMounts(table.value);
    const answers = await askAll(machine, mounts, signal);
    const filesystems = mounts.flatMap((mount) => {
      const answer = answers.get(mount.id);
      // As df(1): what has no blocks at all is no place to put files.
      if (answer === undefined || (answer.state === 'ok' && answer.value.blocks === 0)) return [];
      const fill: Reading<FilesystemFill> =
        answer.state === 'ok' ? ok(toFill(answer.value, mount.fsType), answer.source, answer.at) : answer;
      return [
        {
          mount_point: mount.mountPoint,
          device: mount.source,
          device_number: mount.deviceNumber,
          fs_type: mount.fsType,
          read_only: mount.options.includes('ro') || mount.superOptions.includes('ro'),
          fill,
        },
      ];
    });
    return ok({ filesystems }, table.source, machine.clock.now());
  };

  return async (machine, _previous, signal) => {
    // Whoever asks meanwhile gets the same answer: never two children for one path.
    running ??= read(machine, signal).finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** `stat` says why in words; its language is fixed. */
function explain(stderr: string, source: string, at: number): Missing {
  const detail = stderr.split('\n')[0] ?? '';
  if (detail.includes('Permission denied')) return failed('no-permission', source, at, detail);
  if (detail.includes('No such file')) return absent('no-file', source, at, detail);
  return failed(detail === '' ? 'garbage' : 'io-error', source, at, detail);
}
