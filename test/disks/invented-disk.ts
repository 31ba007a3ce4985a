// An invented disk on a tree of files: blank, free, read whole. What a test changes of it is the only thing
// that can speak against it.
import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ToolRequest, ToolResult } from '../../src/base/run-tool.ts';
import { createFlagger, type Flagger } from '../../src/disks/create-flagger.ts';
import type { ExaminedDisk } from '../../src/disks/examined-disk.ts';
import { createReceipts, type Receipts } from '../../src/disks/receipts.ts';
import { createMachine, type Machine } from '../../src/host/machine.ts';
import { makeTree, writeTree } from '../host/temp-tree.ts';

const SIZE_BYTES = 1024 * 1024 * 1024;
const signal = new AbortController().signal;

export type Tool = (request: ToolRequest) => ToolResult | undefined;

/** What differs from the blank disk. */
export type Change = {
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly tools?: Readonly<Record<string, Tool>>;
  readonly allowLoop?: boolean;
  /** Where below /sys/devices its folder really is. */
  readonly place?: string;
};

export const said = (stdout: string, code = 0, stderr = ''): ToolResult => ({
  state: 'ended',
  code,
  stdout,
  stderr,
});

export const sysDisk = (name: string, number: string): Record<string, string> => ({
  [`/sys/block/${name}/dev`]: `${number}\n`,
  [`/sys/block/${name}/size`]: `${SIZE_BYTES / 512}\n`,
  [`/sys/block/${name}/ro`]: '0\n',
  [`/sys/block/${name}/diskseq`]: '9\n',
  [`/sys/block/${name}/stat`]: '1 0 8 1 0 0 0 0 0 1 1 0 0 0 0 0 0\n',
  [`/sys/block/${name}/queue/iostats`]: '1\n',
  [`/sys/block/${name}/queue/zoned`]: 'none\n',
  [`/sys/block/${name}/queue/logical_block_size`]: '512\n',
  [`/sys/block/${name}/queue/physical_block_size`]: '4096\n',
});

const BLANK: Readonly<Record<string, string>> = {
  ...sysDisk('sda', '8:0'),
  '/sys/block/sda/device/type': '0\n',
  '/sys/block/sda/device/model': 'FELHOM DISK\n',
  '/sys/block/sda/device/wwid': 'naa.5000039ddb108568\n',
  '/dev/sda': '',
  '/proc/self/mountinfo': '27 1 252:0 / / rw - ext4 /dev/mapper/pve-root rw\n',
  '/proc/swaps': 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n',
  '/proc/locks': '1: POSIX  ADVISORY  WRITE 33 00:1a:77 0 EOF\n',
  '/proc/sys/kernel/random/boot_id': '4dd3f6f1-2f4c-4a35-8f6c-0d2f5f1c7a11\n',
};

/** A probe's answer line by line; a test replaces some. */
export function probeLines(request: ToolRequest, number = '8:0'): string[] {
  const [, , , , , exclusive = '', ...pieces] = request.args;
  return [
    `number ${number}`,
    `size ${SIZE_BYTES}`,
    'readonly 0',
    'sector 512',
    ...(exclusive === '' ? [] : ['exclusive free']),
    ...pieces.map((piece) => `piece ${piece.replace(':', ' ')} zero`),
    'end',
  ];
}

const TOOLS: Readonly<Record<string, Tool>> = {
  perl: (request) => {
    const number = request.args[3]?.endsWith('/dev/sdb') === true ? '8:16' : '8:0';
    return said(`${probeLines(request, number).join('\n')}\n`);
  },
  blkid: () => said('', 2),
  wipefs: () => said('{"signatures": []}'),
};

export type Invented = {
  readonly machine: Machine;
  readonly flagger: Flagger;
  readonly receipts: Receipts;
  readonly root: string;
  readonly examine: (name?: string) => Promise<ExaminedDisk>;
};

/** Read whole before the change, so that it would be called blank if nothing spoke against it. */
export async function inventDisk(change: Change = {}, name = 'sda'): Promise<Invented> {
  const root = makeTree(BLANK);
  const receipts = createReceipts();
  const create = (tools: Readonly<Record<string, Tool>>, allowLoop = false) => {
    const machine = createMachine({
      root,
      runTool: async (request) =>
        Promise.resolve(
          tools[request.file]?.(request) ?? TOOLS[request.file]?.(request) ?? { state: 'missing' },
        ),
    });
    return { machine, flagger: createFlagger({ machine, receipts, allowLoop }) };
  };
  const before = await create({}).flagger.readStamp('sda', signal);
  if (before.state !== 'ok') throw new Error(before.detail);
  await receipts.keep(before.value, before.value, 1);
  writeTree(root, change.files ?? {});
  if (change.place !== undefined) {
    const folder = `/sys/devices/${change.place}/block/sda`;
    mkdirSync(dirname(join(root, folder)), { recursive: true });
    renameSync(join(root, '/sys/block/sda'), join(root, folder));
    symlinkSync(`..${folder.slice('/sys'.length)}`, join(root, '/sys/block/sda'));
  }
  for (const [path, target] of Object.entries(change.links ?? {})) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  }
  const { machine, flagger } = create(change.tools ?? {}, change.allowLoop);
  return {
    machine,
    flagger,
    receipts,
    root,
    examine: async (asked = name) => {
      const reading = await flagger.examine(asked, { signal });
      if (reading.state !== 'ok') throw new Error(`${asked}: ${reading.code} ${reading.detail}`);
      return reading.value;
    },
  };
}
