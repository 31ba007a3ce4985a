// Disks of nobody: what an examination of each says is set by the test, and a format goes through its
// stages without a disk. Everything else of the agent's memory is the real thing.
import { bareDevice } from '../contracts/bare-device.ts';
import type { BlockDevice } from '../../src/contracts/facts/disks.ts';
import type { DiskFlag, DiskSignal } from '../../src/contracts/facts/disk-flags.ts';
import type { FormatStage } from '../../src/contracts/facts/operations.ts';
import { failed, ok } from '../../src/contracts/reading.ts';
import type { DiskIdentity, ExaminedDisk } from '../../src/disks/examined-disk.ts';
import type { FormatListener, FormatOrder, FormatResult } from '../../src/disks/format-order.ts';
import type { DiskPorts, Leftovers } from '../../src/agent/operations/ports.ts';

export const UNSIGNED_STAGES = ['rechecked', 'zero_verified', 'mkfs', 'fs_verified', 'released'] as const;

const SIGNED_STAGES = ['rechecked', 'wiping', 'zero_verified', 'mkfs', 'fs_verified', 'released'] as const;

export type DiskWish = {
  readonly name: string;
  readonly durableId?: string | null;
  readonly parents?: readonly string[];
  readonly verdict?: DiskFlag['verdict'];
  readonly signals?: readonly DiskSignal[];
  readonly reason?: string;
  readonly scan?: DiskFlag['scan'];
  readonly facts?: string;
  readonly word?: string;
  readonly serial?: string | null;
  readonly content?: ExaminedDisk['disk']['content'];
};

export const signalOf = (
  id: string,
  kind: DiskSignal['class'],
  release: string | null = null,
): DiskSignal => ({
  id,
  class: kind,
  device: 'sdb',
  detail: 'seen',
  where: 'a test',
  release,
});

export const MOUNTED = {
  verdict: 'in_use',
  signals: [signalOf('mounted', 'held', 'umount /mnt'), signalOf('signature', 'content')],
  reason: 'device is mounted',
} as const;

export function examinedDisk(wish: DiskWish): ExaminedDisk {
  const { name, parents = [], verdict = 'unverified', signals = [], facts = 'as it is' } = wish;
  const serial = wish.serial === undefined ? `SERIAL-${name}` : wish.serial;
  const durableId = wish.durableId === undefined ? `byid:wwn-0x50000000000000${name}` : wish.durableId;
  const size = 1_000_000;
  const device: BlockDevice = {
    ...bareDevice(name),
    device_number: '8:16',
    kind: parents.length > 0 ? 'partition' : 'disk',
    parents: [...parents],
    size_bytes: size,
    model: 'Fake',
    serial,
    transport: 'sata',
    rotational: true,
    removable: false,
    durable_id: durableId,
    durable_id_reason: durableId === null ? 'none' : null,
  };
  return {
    device,
    flag: {
      name,
      data_bearing: verdict !== 'blank_proven',
      verdict,
      reason: wish.reason ?? (verdict === 'unverified' ? 'not every byte was read yet' : 'as the test says'),
      signals: [...signals],
      scan: wish.scan ?? null,
    },
    identity:
      durableId === null
        ? null
        : {
            durable_id: durableId,
            device_number: '8:16',
            boot_id: 'boot',
            diskseq: '7',
            wwid: null,
            serial,
            model: 'Fake',
            transport: 'sata',
            size_bytes: size,
            logical_block_bytes: 512,
            physical_block_bytes: 4096,
            backing_file: null,
            partition: null,
          },
    disk: { model: 'Fake', serial, transport: 'sata', size_bytes: size, content: wish.content ?? [] },
    facts_sha256: Buffer.from(`${name} ${facts}`).toString('hex').padEnd(64, '0').slice(0, 64),
    confirm_word: wish.word ?? `-${name}`,
  };
}

export type FakeDisks = {
  readonly ports: DiskPorts;
  readonly set: (wish: DiskWish) => void;
  readonly pull: (name: string) => void;
  /** Every format that was started, with what the examination said that led to it. */
  readonly started: { readonly order: FormatOrder; readonly flag: DiskFlag | undefined }[];
  readonly cleaned: Leftovers[];
  /** Called before each stage is announced; what it gives ends the format. */
  beforeStage: (stage: FormatStage, listener: FormatListener) => Promise<FormatResult | undefined>;
  /** Stages that were let through. */
  readonly passed: FormatStage[];
};

export function createFakeDisks(wishes: readonly DiskWish[] = []): FakeDisks {
  const disks = new Map<string, ExaminedDisk>();
  /** Which examination an order comes from: each gives an identity of its own. */
  const flags = new WeakMap<DiskIdentity, DiskFlag>();
  const fake: FakeDisks = {
    ports: {
      readDevices: async () => ok({ devices: [...disks.values()].map(({ device }) => device) }, 'test', 0),
      examine: async (name) => {
        const examined = disks.get(name);
        if (examined === undefined) return failed('no-file', name, 0);
        if (examined.identity === null) return ok(examined, name, 0);
        const identity = { ...examined.identity };
        flags.set(identity, examined.flag);
        return ok({ ...examined, identity }, name, 0);
      },
      runFormat: async (order, listener, signal) => {
        fake.started.push({ order, flag: flags.get(order.identity) });
        let dirty = false;
        try {
          const isSigned = order.wipe !== 'none';
          for (const stage of isSigned ? SIGNED_STAGES : UNSIGNED_STAGES) {
            const end = await fake.beforeStage(stage, listener);
            if (end !== undefined) return end;
            if (signal.aborted && (!dirty || (isSigned && stage !== 'fs_verified' && stage !== 'released')))
              return { state: 'cancelled', dirty };
            const writes: boolean = dirty || stage === 'mkfs' || stage === 'wiping';
            await listener.onStage(stage, writes);
            dirty = writes;
            fake.passed.push(stage);
          }
          return { state: 'done' };
        } catch (error) {
          return { state: 'failed', code: 'E_STORE', detail: String(error), dirty };
        }
      },
      cleanUp: async (left) => {
        fake.cleaned.push(left);
        return left.loops.length === 0 ? '' : `detached ${left.loops.join(', ')}`;
      },
    },
    set: (wish) => void disks.set(wish.name, examinedDisk(wish)),
    pull: (name) => void disks.delete(name),
    started: [],
    cleaned: [],
    beforeStage: async () => undefined,
    passed: [],
  };
  for (const wish of wishes) fake.set(wish);
  return fake;
}
