// Records the files of /proc, /sys and a few others that the readers of src/host need, from the
// machine that it runs on: node test/trees/record.ts NAME. Names, serials and addresses of that
// machine are replaced by invented ones. Look through what it wrote before you commit it.
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { createScrubber } from './scrub.ts';

const CGROUP_FILES = '{memory.current,cpu.stat,memory.usage_in_bytes,cpuacct.usage}';
const BLOCK_FILES = '{size,removable,ro,dev,uevent,stat,hidden,partition,start,wwid,serial}';
const DISK_FILES =
  '{model,vendor,serial,rev,firmware_rev,type,wwid,state,uevent,cid,name,transport,subsysnqn,nsid,protocol}';

/** Paths with `*` within one name and `{a,b}` for one of several; folders are made for what is in them. */
const WANTED: readonly string[] = [
  '/etc/{os-release,fstab}',
  '/.dockerenv',
  '/run/{.containerenv,chronyd.pid,ntpd.pid}',
  '/run/chrony/chronyd.pid',
  '/run/systemd/container',
  '/run/systemd/timesync/synchronized',
  '/run/udev/data/b*',
  '/usr/share/perl5/PVE/pvecfg.pm',
  '/proc/{stat,loadavg,uptime,meminfo,cpuinfo,diskstats,swaps,mdstat,partitions}',
  '/proc/pressure/*',
  '/proc/net/dev',
  '/proc/self/{mountinfo,stat,status}',
  '/proc/sys/kernel/{hostname,osrelease,arch}',
  '/proc/sys/kernel/random/boot_id',
  '/proc/device-tree/model',
  '/proc/device-tree/hypervisor/compatible',
  '/proc/xen/capabilities',
  '/proc/spl/kstat/zfs/arcstats',
  '/proc/spl/kstat/zfs/*/{state,io}',
  '/proc/[0-9]*/{stat,cgroup}',
  '/sys/hypervisor/type',
  '/sys/devices/system/clocksource/clocksource0/available_clocksource',
  '/sys/devices/system/cpu/cpu[0-9]*/topology/{thread_siblings_list,core_id,physical_package_id}',
  '/sys/class/dmi/id/{product_name,sys_vendor,board_vendor,bios_vendor}',
  '/sys/class/net/*/{type,uevent,address,operstate,speed,mtu,carrier,duplex,ifindex}',
  '/sys/class/net/*/device',
  '/sys/class/hwmon/*/{name,device}',
  '/sys/class/hwmon/*/temp*',
  '/sys/class/hwmon/*/device/{name,model,block}',
  '/sys/class/hwmon/*/device/nvme*',
  '/sys/class/thermal/thermal_zone*/{type,temp}',
  '/sys/class/thermal/thermal_zone*/trip_point_*',
  `/sys/block/*/${BLOCK_FILES}`,
  `/sys/block/*/*/${BLOCK_FILES}`,
  '/sys/block/*/queue/{rotational,logical_block_size,physical_block_size,zoned,hw_sector_size}',
  `/sys/block/*/device/${DISK_FILES}`,
  `/sys/block/*/device/device/${DISK_FILES}`,
  '/sys/block/*/device',
  '/sys/block/*/device/subsystem',
  '/sys/block/*/{holders,slaves}/*',
  '/sys/block/*/*/{holders,slaves}/*',
  '/sys/block/*/loop/{backing_file,offset,autoclear,partscan}',
  '/sys/block/*/dm/{name,uuid,suspended}',
  '/sys/block/*/md/{array_state,degraded,level,metadata_version,raid_disks,sync_action,uuid}',
  '/sys/class/block/*',
  '/sys/dev/block/*',
  '/sys/fs/cgroup/cgroup.controllers',
  `/sys/fs/cgroup/{lxc,docker,qemu.slice,system.slice,user.slice,machine.slice}/*/${CGROUP_FILES}`,
  `/sys/fs/cgroup/system.slice/system-*/*/${CGROUP_FILES}`,
  `/sys/fs/cgroup/{memory,cpuacct}/{lxc,docker,qemu.slice,system.slice,user.slice}/*/${CGROUP_FILES}`,
  '/dev/disk/{by-id,by-uuid,by-label,by-partuuid}/*',
];

/** Links of /proc whose target is another one at each look. */
const FLAT = new Set(['/proc/self', '/proc/net']);
const MAX_FILE_BYTES = 64 * 1024;
const MAX_TREE_BYTES = 500 * 1024;

const name = process.argv[2];
if (name === undefined || !/^[a-z0-9-]+$/.test(name)) {
  throw new Error('usage: node test/trees/record.ts NAME');
}
const target = join(import.meta.dirname, name);
rmSync(target, { recursive: true, force: true });
const scrubber = createScrubber();
const paths = WANTED.flatMap((pattern) => expandBraces(pattern))
  .flatMap((pattern) => expandStars(pattern))
  .filter((path) => !isIdleLoop(path));
// Twice: the first look tells the scrubber which words to replace everywhere.
for (const path of paths) scrubber.learn(path, read(path) ?? '');
let bytes = 0;
for (const path of paths) bytes += record(path);
process.stdout.write(`${paths.length} paths, ${Math.round(bytes / 1024)} KiB in ${target}\n`);
if (bytes > MAX_TREE_BYTES) throw new Error('more than the repository should carry');

/** A machine has eight loop devices that nobody uses; one of them says it all. */
function isIdleLoop(path: string): boolean {
  const loop = /^\/sys\/(?:class\/|dev\/)?block\/(?:loop|7:)([1-9]\d*)(?:\/|$)/.exec(path)?.[1];
  return loop !== undefined && (read(`/sys/block/loop${loop}/size`) ?? '0').trim() === '0';
}

/** Writes the file, or the link, and every link on the way to it. */
function record(path: string): number {
  let inside = '/';
  const parts = path.split('/').filter((part) => part !== '');
  for (let index = 0; index < parts.length; index += 1) {
    const here = join(inside, parts[index] ?? '');
    const stat = lstatSync(here, { throwIfNoEntry: false });
    if (stat === undefined) return 0;
    if (stat.isSymbolicLink() && !FLAT.has(here)) {
      const real = resolve(dirname(here), readlinkSync(here));
      link(here, real);
      inside = real;
    } else {
      inside = here;
    }
  }
  const stat = lstatSync(inside, { throwIfNoEntry: false });
  const text = stat?.isFile() === true ? read(inside) : undefined;
  if (text === undefined) return 0;
  const file = join(target, scrubber.scrub('', inside));
  mkdirSync(dirname(file), { recursive: true });
  const scrubbed = scrubber.scrub(inside, text);
  writeFileSync(file, scrubbed);
  return scrubbed.length;
}

/** Relative, so that it stays inside of the tree. */
function link(path: string, real: string): void {
  const at = join(target, scrubber.scrub('', path));
  mkdirSync(dirname(at), { recursive: true });
  if (lstatSync(at, { throwIfNoEntry: false }) !== undefined) return;
  symlinkSync(scrubber.scrub('', relative(dirname(path), real)), at);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').slice(0, MAX_FILE_BYTES);
  } catch {
    // A folder, or a file that refuses (the speed of a link that is down).
    return undefined;
  }
}

function expandBraces(pattern: string): readonly string[] {
  const match = /^(.*?)\{([^}]*)\}(.*)$/.exec(pattern);
  if (match === null) return [pattern];
  const [, before = '', choices = '', after = ''] = match;
  return choices.split(',').flatMap((choice) => expandBraces(before + choice + after));
}

function expandStars(pattern: string): readonly string[] {
  let found = ['/'];
  for (const part of pattern.split('/').filter((word) => word !== '')) {
    const wanted = new RegExp(`^${part.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
    found = found.flatMap((folder) =>
      part.includes('*')
        ? list(folder)
            .filter((entry) => wanted.test(entry))
            .map((entry) => join(folder, entry))
        : [join(folder, part)],
    );
  }
  return found.filter((path) => {
    try {
      return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    } catch {
      // Below something that is no folder.
      return false;
    }
  });
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
