// What is done with a disk without writing to it: reading all of it, releasing it, showing which it is.
import type { Clock } from '../../base/clock.ts';
import type { BlockDevice } from '../../contracts/facts/disks.ts';
import type { FlaggedDevice } from '../../contracts/flagged-devices.ts';
import type { AgentConfig } from '../../contracts/agent-config.ts';
import { asSeenBy } from '../for-guest.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { type Caller } from '../handler.ts';
import type { Log } from '../../daemon/log.ts';
import { unknownDevice } from '../operations/look-at-disk.ts';
import type { DiskHands, ListeningHandlers, RecordDeed } from '../parts.ts';
import { requesterOf } from '../requester.ts';
import type { Sampler } from '../sampler.ts';
import type { Scans } from '../scans.ts';
import { readFlagged } from './look.ts';

/** Many disks give the first byte that is not zero at once: each reading is a job, lines of the log and a notice. */
const GUEST_AGAIN_MS = 60_000;

type DiskActions = Pick<ListeningHandlers, 'scanDisk' | 'releaseDisk' | 'identifyDisk'>;

export function createDiskActions(tools: {
  readonly sampler: Sampler;
  readonly scans: Scans;
  readonly hands: DiskHands;
  readonly config: AgentConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly record: RecordDeed;
}): DiskActions {
  const { sampler, scans, hands, config, clock, log, record } = tools;
  const readNow = async (): Promise<readonly FlaggedDevice[]> => {
    sampler.forget('disks');
    sampler.forget('disk_flags');
    return (await readFlagged(sampler)).devices;
  };
  /** The one that is listed by exactly this name; what was written is compared and never opened. */
  const find = async (asked: string): Promise<FlaggedDevice> => {
    const devices = await readNow();
    const [device, twin] = devices.filter(({ path, durable_id }) => path === asked || durable_id === asked);
    if (device === undefined) throw unknownDevice(asked);
    if (twin !== undefined) {
      throw new Refusal(
        'E_DEVICE_BARRED',
        `${device.path} and ${twin.path} say that they are the same device`,
        {
          hint: 'pull one of them out, or name it by its path',
        },
      );
    }
    if (device.kind === 'loop' && !config.disks.allow_loop) {
      throw new Refusal('E_DEVICE_BARRED', 'loop devices are no disks here', {
        hint: 'disks.allow_loop in the configuration of the agent is for tests and rehearsals',
      });
    }
    return device;
  };
  const again = async (device: BlockDevice): Promise<FlaggedDevice> => {
    const now = (await readNow()).find(({ name }) => name === device.name);
    if (now === undefined) throw new Refusal('E_DEVICE_UNKNOWN', `${device.path} is gone`);
    return now;
  };
  const noteDown = (what: string, caller: Caller, device: BlockDevice, more: object = {}) =>
    log.info({ caller: caller.kind, device: device.path, durable_id: device.durable_id, ...more }, what);

  return {
    scanDisk: async ({ body, caller }) => {
      const device = await find(body.device);
      if (device.size_bytes === 0) throw new Refusal('E_DEVICE_BARRED', `${device.path} has no medium`);
      const before = scans.of(device.name);
      const isRunning = before?.state === 'running' || before?.state === 'stalled';
      if (caller.kind === 'guest' && before !== null && !isRunning) {
        const leftMs = GUEST_AGAIN_MS - Math.abs(clock.now() - before.at);
        if (leftMs > 0) {
          throw new Refusal('E_RATE', `${device.path} was read a moment ago`, {
            hint: 'what came of it stands in GET /disks',
            retryAfterS: Math.ceil(leftMs / 1000),
          });
        }
      }
      const scan = scans.start(device, caller.kind);
      if (!isRunning) noteDown('scan asked for', caller, device);
      return { device: asSeenBy(caller, { ...device, scan }) };
    },
    releaseDisk: async ({ body, caller, signal }) => {
      const device = await find(body.device);
      await checkWord(hands, device, body.confirm, signal);
      const { released, refused } = await hands.release(device, signal);
      noteDown('release asked for', caller, device, { released, refused: refused?.why ?? null });
      if (released.length > 0) {
        await record({
          what: 'disk.released',
          by: requesterOf(caller, body),
          subject: device.durable_id ?? device.path,
          detail: { device: device.path, released: released.join('; '), refused: refused?.why ?? null },
        });
      }
      if (refused !== null) {
        const done = released.length === 0 ? '' : `; done already: ${released.join('; ')}`;
        const options = refused.hint === null ? {} : { hint: refused.hint };
        throw new Refusal('E_DEVICE_HELD', `${refused.why}${done}`, options);
      }
      return { released: [...released], device: await again(device) };
    },
    identifyDisk: async ({ body, caller }) => {
      const device = await find(body.device);
      const identified = await hands.identify(device);
      noteDown('identify asked for', caller, device, { how: identified.how });
      if (identified.how === 'none') throw new Refusal('E_DEVICE_BUSY', identified.why);
      return identified;
    },
  };
}

/** A word that belongs to the disk, typed by a person: a disk is not released by a slip. */
async function checkWord(
  hands: DiskHands,
  device: BlockDevice,
  typed: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const examined = await hands.examine(device.name, { signal });
  if (examined.state !== 'ok') {
    throw new Refusal('E_NOT_READY', `${device.path} could not be examined (${examined.code})`, {
      retryAfterS: 5,
    });
  }
  const { confirm_word: word } = examined.value;
  if (word !== '' && typed === word) return;
  throw new Refusal('E_WORD', `releasing ${device.path} needs the word that belongs to it: ${word}`);
}
