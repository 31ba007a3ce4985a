// Each signal alone turns a disk that would be called blank into one that is not; and whatever cannot be
// read, for whatever reason, is a doubt that does the same.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listTexts } from '../../src/base/texts/text.ts';
import { tellSignal } from '../../src/base/texts/tell-signal.ts';
import { createText } from '../../src/base/texts/text.ts';
import type { ToolResult } from '../../src/base/run-tool.ts';
import { signalRows } from '../../src/disks/signals.ts';
import { deviceStates } from './device-states.ts';
import { inventDisk, probeLines, said, sysDisk, type Change, type Tool } from './invented-disk.ts';

type Case = Change & {
  readonly title: string;
  readonly id: string;
  readonly detail?: RegExp;
  readonly reason?: RegExp;
  readonly device?: string;
  readonly release?: string;
};

const blkid =
  (text: string): Tool =>
  () =>
    said(text);
const pvs = (uuid: string) => () =>
  said(JSON.stringify({ report: [{ pv: [{ pv_name: '/dev/sda', vg_name: 'pve', vg_uuid: uuid }] }] }));
const sysPartition = (number: number, start: number, size: number) => ({
  [`/sys/block/sda/sda${number}/dev`]: `8:${number}\n`,
  [`/sys/block/sda/sda${number}/partition`]: `${number}\n`,
  [`/sys/block/sda/sda${number}/start`]: `${start}\n`,
  [`/sys/block/sda/sda${number}/size`]: `${size}\n`,
});
const GROUP = 'abcdef-ghij-klmn-opqr-stuv-wxyz-012345';
const letters = GROUP.replaceAll('-', '');
const mountRow = (number: string, point: string, type = 'ext4', source = '/dev/sda') =>
  `27 1 252:0 / / rw - ext4 /dev/mapper/pve-root rw\n40 27 ${number} / ${point} rw - ${type} ${source} rw\n`;
const SATA = 'pci0000:00/0000:00:1c.0/0000:03:00.0/ata3/host2/target2:0:0/2:0:0:0';
const USB_DISK = 'pci0000:00/0000:00:14.0/usb1/1-2/1-2.3';
const USB = `${USB_DISK}/1-2.3:1.0/host6/target6:0:0/6:0:0:0`;
const USB_IDS = {
  [`/sys/devices/${USB_DISK}/idVendor`]: '0781\n',
  [`/sys/devices/${USB_DISK}/idProduct`]: '55ab\n',
};
const guest = '/etc/pve/nodes/pve1/qemu-server/9200.conf';

const held: readonly Case[] = [
  {
    title: 'mounted, by its number',
    id: 'mounted',
    files: { '/proc/self/mountinfo': mountRow('8:0', '/srv', 'ext4', '/dev/other') },
    reason: /^device is mounted$/,
    release: 'umount /srv',
  },
  {
    title: 'mounted in the namespace of another process',
    id: 'mounted',
    files: { '/proc/77/mountinfo': mountRow('8:0', '/in/container') },
    links: { '/proc/77/ns/mnt': 'mnt:[4026532999]', '/proc/77/root': '/' },
    detail: /in\/container/,
    release: 'nsenter --target 77 --mount umount /in/container',
  },
  {
    title: 'mounted below the changed root of a process',
    id: 'mounted',
    files: {
      '/proc/76/mountinfo': mountRow('9:9', '/'),
      '/proc/77/mountinfo': mountRow('8:0', '/in/chroot'),
    },
    links: {
      '/proc/76/ns/mnt': 'mnt:[1]',
      '/proc/76/root': '/',
      '/proc/77/ns/mnt': 'mnt:[1]',
      '/proc/77/root': '/srv/jail',
    },
  },
  {
    title: 'mounted as btrfs, by its source',
    id: 'mounted',
    files: { '/proc/self/mountinfo': mountRow('0:44', '/data', 'btrfs') },
  },
  {
    title: 'swap',
    id: 'swap',
    files: { '/proc/swaps': 'Filename Type Size Used Priority\n/dev/sda partition 1 0 -2\n' },
  },
  {
    title: 'held by LVM',
    id: 'holder',
    files: {
      '/sys/block/sda/holders/dm-0/x': '',
      '/sys/block/dm-0/dm/uuid': `LVM-${letters}${letters}\n`,
      '/sys/block/dm-0/dm/name': 'my--group-root\n',
    },
    reason: /is part of the LVM volume my--group-root/,
    release: 'lvchange -an my-group/root',
  },
  {
    title: 'held by an encrypted device',
    id: 'holder',
    files: {
      '/sys/block/sda/holders/dm-0/x': '',
      '/sys/block/dm-0/dm/uuid': 'CRYPT-LUKS2-00\n',
      '/sys/block/dm-0/dm/name': 'vault\n',
    },
    reason: /the encrypted device vault/,
  },
  {
    title: 'held by a RAID',
    id: 'holder',
    files: { '/sys/block/sda/holders/md0/x': '' },
    reason: /RAID md0/,
  },
  { title: 'registered with bcache', id: 'holder', files: { '/sys/block/sda/bcache/x': '' } },
  {
    title: 'member of a mounted btrfs',
    id: 'btrfs-member',
    files: { '/sys/fs/btrfs/327a8ec1-f5a7-4dba-b273-90ac12ced91a/devices/sda/x': '' },
  },
  {
    title: 'in an imported ZFS pool',
    id: 'zfs-imported',
    files: { '/proc/spl/kstat/zfs/tank/state': 'ONLINE\n' },
    tools: { zpool: () => said('tank\t928G\t1G\n\t/dev/sda\t928G\t1G\n') },
    reason: /ZFS pool tank/,
  },
  {
    title: 'in a volume group that is active on another disk',
    id: 'lvm-active',
    files: { '/sys/block/dm-1/dm/uuid': `LVM-${letters}${letters}\n` },
    tools: { blkid: blkid('DEVNAME=/dev/sda\nTYPE=LVM2_member\n'), pvs: pvs(GROUP) },
    reason: /volume group pve/,
  },
  {
    title: 'behind a loop device',
    id: 'loop-backing',
    files: { ...sysDisk('loop9', '7:9'), '/sys/block/loop9/loop/backing_file': '/dev/sda\n' },
  },
  {
    title: 'behind a loop device that only the kernel tells of',
    id: 'loop-backing',
    files: { ...sysDisk('loop9', '7:9'), '/sys/block/loop9/loop/backing_file': '/gone (deleted)\n' },
    tools: {
      perl: (request) =>
        request.args[3]?.endsWith('loop9') === true
          ? said(['number 7:9', 'size 1', 'readonly 0', 'sector 512', 'loopon 8:0', 'end'].join('\n'))
          : undefined,
    },
  },
  {
    title: 'offered by LIO',
    id: 'exported',
    files: { '/sys/kernel/config/target/core/iblock_0/disk/udev_path': '/dev/sda\n' },
    reason: /offered over the network by LIO/,
  },
  {
    title: 'offered by LIO as a file',
    id: 'exported',
    files: {
      '/sys/kernel/config/target/core/fileio_0/disk/info':
        'TCM FILEIO ID: 0        File: /dev/sda  Size: 1\n',
    },
  },
  {
    title: 'offered by nvmet',
    id: 'exported',
    files: { '/sys/kernel/config/nvmet/subsystems/s/namespaces/1/device_path': '/dev/sda\n' },
  },
  {
    title: 'held exclusively',
    id: 'exclusive',
    tools: {
      perl: (request) => said(probeLines(request).join('\n').replace('exclusive free', 'exclusive 16')),
    },
  },
];

const named: readonly Case[] = [
  {
    title: "in a guest's configuration, by path",
    id: 'guest-config',
    files: { [guest]: 'name: nas\nscsi1: /dev/sda,size=1T\n' },
    detail: /scsi1/,
  },
  {
    title: "in a guest's snapshot",
    id: 'guest-config',
    files: { [guest]: 'name: nas\n[before]\nscsi1: /dev/sda,size=1T\n' },
    detail: /^\[before\]/,
  },
  {
    title: 'in what is pending for a guest',
    id: 'guest-config',
    files: { [guest]: 'name: nas\n[PENDING]\nscsi1: /dev/sda\n' },
    detail: /^\[PENDING\]/,
  },
  {
    title: "in a guest's configuration, by id without a link",
    id: 'guest-config',
    files: { [guest]: 'scsi1: /dev/disk/by-id/wwn-0x5000039ddb108568,backup=0\n' },
  },
  {
    title: "in a guest's configuration, by a link of another name",
    id: 'guest-config',
    files: { [guest]: 'scsi1: /dev/disk/by-path/pci-0000:00:17.0-ata-2\n' },
    links: { '/dev/disk/by-path/pci-0000:00:17.0-ata-2': '../../sda' },
  },
  {
    title: 'in the configuration of a container on another node',
    id: 'guest-config',
    files: { '/etc/pve/nodes/pve2/lxc/101.conf': 'mp0: /dev/sda,mp=/data\n' },
  },
  {
    title: 'allowed to a container by its number',
    id: 'guest-config',
    files: { '/etc/pve/lxc/101.conf': 'lxc.cgroup2.devices.allow: b 8:0 rwm\n' },
  },
  {
    title: 'behind a controller that a guest is given',
    id: 'guest-config',
    place: SATA,
    files: { [guest]: 'hostpci0: 0000:03:00.0,pcie=1\n' },
    detail: /hostpci0/,
  },
  {
    title: 'behind a slot that a guest is given with others, without its domain',
    id: 'guest-config',
    place: SATA,
    files: { [guest]: 'hostpci1: host=07:00;03:00,rombar=0\n' },
  },
  {
    title: 'behind several controllers of NVMe, one of which a guest is given',
    id: 'guest-config',
    place: 'virtual/nvme-subsystem/nvme-subsys0',
    links: {
      '/sys/devices/virtual/nvme-subsystem/nvme-subsys0/block/sda/device/nvme1':
        '../../pci0000:00/0000:00:1d.0/0000:03:00.0/nvme/nvme1',
    },
    files: { [guest]: 'hostpci0: 03:00.0\n' },
  },
  {
    title: 'on a USB port that a guest is given',
    id: 'guest-config',
    place: USB,
    files: { [guest]: 'usb0: host=1-2.3,usb3=1\n' },
    detail: /usb0/,
  },
  {
    title: 'on a hub that a guest is given',
    id: 'guest-config',
    place: USB,
    files: { [guest]: 'usb0: 1-2\n' },
  },
  {
    title: 'a USB disk that a guest is given by vendor and product',
    id: 'guest-config',
    place: USB,
    files: { ...USB_IDS, [guest]: 'usb3: host=0781:55AB\n' },
  },
  {
    title: 'behind hardware that is set aside for guests',
    id: 'guest-config',
    place: SATA,
    links: { '/etc/pve/local': 'nodes/pve1' },
    files: {
      [guest]: 'hostpci0: mapping=disks\n',
      '/etc/pve/mapping/pci.cfg': 'disks\n\tmap id=1b21:1064,node=pve1,path=0000:03:00.0\n',
    },
    detail: /node=pve1/,
  },
  {
    title: 'in a virtual machine of libvirt',
    id: 'guest-config',
    files: { '/etc/libvirt/qemu/nas.xml': "<disk><source dev='/dev/sda'/></disk>\n" },
  },
  {
    title: 'in a saved target of iSCSI',
    id: 'storage-config',
    files: { '/etc/target/saveconfig.json': '{ "dev": "/dev/sda" }\n' },
  },
  {
    title: 'a storage on its volume group',
    id: 'storage-config',
    files: { '/etc/pve/storage.cfg': 'lvmthin: local-lvm\n\tthinpool data\n\tvgname pve\n' },
    tools: { blkid: blkid('TYPE=LVM2_member\n'), pvs: pvs(GROUP) },
  },
  {
    title: 'a storage on its pool',
    id: 'storage-config',
    files: { '/etc/pve/storage.cfg': 'zfspool: tank\n\tpool tank/data\n' },
    tools: { blkid: blkid('TYPE=zfs_member\nLABEL=tank\n') },
  },
  {
    title: 'in fstab by its UUID',
    id: 'fstab',
    files: { '/etc/fstab': '# disks\nUUID="8D3A-11F2" /srv vfat noauto 0 0\n' },
    tools: { blkid: blkid('TYPE=vfat\nUUID=8D3A-11F2\n') },
  },
  {
    title: 'in fstab by its label, with a blank in it',
    id: 'fstab',
    files: { '/etc/fstab': 'LABEL=My\\040Disk /srv ext4 defaults 0 0\n' },
    tools: { blkid: blkid('TYPE=ext4\nLABEL=My\\ Disk\n') },
  },
  { title: 'in fstab by its path', id: 'fstab', files: { '/etc/fstab': '/dev/sda /srv ext4 noauto 0 0\n' } },
  {
    title: 'in fstab as the journal of another',
    id: 'fstab',
    files: { '/etc/fstab': '/dev/sdz /srv xfs logdev=/dev/sda 0 0\n' },
  },
  {
    title: 'in fstab by a link of its UUID that is not there',
    id: 'fstab',
    files: { '/etc/fstab': '/dev/disk/by-uuid/8d3a-11f2 /srv vfat defaults 0 0\n' },
    tools: { blkid: blkid('TYPE=vfat\nUUID=8D3A-11F2\n') },
  },
  {
    title: 'in crypttab',
    id: 'crypttab',
    files: { '/etc/crypttab': 'vault PARTUUID=aaaa-bbbb none luks\n' },
    tools: { blkid: blkid('PART_ENTRY_UUID=aaaa-bbbb\n') },
  },
  {
    title: 'in mdadm.conf',
    id: 'mdadm-config',
    files: {
      '/etc/mdadm/mdadm.conf': 'ARRAY /dev/md0 metadata=1.2 UUID=11223344:55667788:99aabbcc:ddeeff00\n',
    },
    tools: { blkid: blkid('TYPE=linux_raid_member\nUUID=11223344-5566-7788-99aa-bbccddeeff00\n') },
  },
  {
    title: 'in a systemd mount unit',
    id: 'systemd-unit',
    files: { '/etc/systemd/system/srv.mount': '[Mount]\nWhat=/dev/sda\nWhere=/srv\n' },
  },
  {
    title: 'in a drop-in of a systemd mount unit',
    id: 'systemd-unit',
    files: { '/etc/systemd/system/srv.mount.d/disk.conf': '[Mount]\nWhat=/dev/sda\n' },
  },
  {
    title: 'where the machine resumes from',
    id: 'boot-config',
    files: { '/proc/cmdline': 'root=/dev/mapper/pve-root resume=UUID=77aa\n' },
    tools: { blkid: blkid('TYPE=swap\nUUID=77aa\n') },
  },
];

const barred: readonly Case[] = [
  {
    title: 'another device behind its path',
    id: 'gone',
    tools: { perl: (request) => said(probeLines(request, '8:48').join('\n')) },
  },
  { title: 'no block device behind its path', id: 'gone', tools: { perl: () => said('number none\n') } },
  { title: 'its path gone', id: 'gone', tools: { perl: () => said('errno 2\n') } },
  { title: 'no medium', id: 'no-medium', tools: { perl: () => said('errno 123\n') } },
  { title: 'a size of 0', id: 'no-medium', files: { '/sys/block/sda/size': '0\n' } },
  {
    title: 'another disk of the same world-wide name',
    id: 'multipath',
    files: {
      ...sysDisk('sdb', '8:16'),
      '/sys/block/sdb/device/type': '0\n',
      '/sys/block/sdb/device/wwid': 'naa.5000039ddb108568\n',
    },
  },
  {
    title: 'a leg of a multipath device',
    id: 'multipath',
    files: {
      '/sys/block/sda/holders/dm-0/x': '',
      '/sys/block/dm-0/dm/uuid': 'mpath-35000039ddb108568\n',
    },
  },
  {
    title: 'the same identity twice',
    id: 'identity-ambiguous',
    files: {
      ...sysDisk('sdb', '8:16'),
      '/sys/block/sdb/device/type': '0\n',
      '/sys/block/sdb/device/wwid': 'naa.5000039ddb108568\n',
    },
  },
  { title: 'NVMe over a network', id: 'shared', files: { '/sys/block/sda/device/transport': 'tcp\n' } },
  {
    title: 'NVMe with two controllers',
    id: 'multipath',
    files: {
      '/sys/block/sda/device/nvme0/transport': 'pcie\n',
      '/sys/block/sda/device/nvme1/transport': 'pcie\n',
    },
  },
  {
    title: 'a partition over another, as a table may have it',
    id: 'overlap',
    device: 'sda1',
    files: {
      ...sysPartition(1, 2048, 4096),
      ...sysPartition(2, 6143, 4096),
    },
    detail: /^sda2$/,
    tools: {
      perl: (request) =>
        said(probeLines(request, request.args[3]?.endsWith('1') === true ? '8:1' : '8:0').join('\n')),
    },
  },
  {
    title: 'a network block device',
    id: 'shared',
    device: 'nbd0',
    files: sysDisk('nbd0', '43:0'),
    tools: { perl: (request) => said(probeLines(request, '43:0').join('\n')) },
  },
  {
    title: 'a loop device where they take no part',
    id: 'loop-device',
    device: 'loop9',
    files: { ...sysDisk('loop9', '7:9'), '/sys/block/loop9/loop/backing_file': '/srv/image\n' },
    links: { '/dev/disk/by-id/virtio-test': '../../loop9' },
  },
  {
    title: 'a mapped device',
    id: 'not-a-disk',
    device: 'dm-0',
    files: { ...sysDisk('dm-0', '252:0'), '/sys/block/dm-0/dm/name': 'pve-root\n' },
  },
  {
    title: 'a mapped device is not looked into',
    id: 'unlooked',
    device: 'dm-0',
    files: { ...sysDisk('dm-0', '252:0'), '/sys/block/dm-0/dm/name': 'pve-root\n' },
  },
  {
    title: 'a volume of ZFS',
    id: 'not-a-disk',
    device: 'zd0',
    files: sysDisk('zd0', '230:0'),
    tools: { perl: (request) => said(probeLines(request, '230:0').join('\n')) },
  },
  {
    title: 'no durable name',
    id: 'no-durable-id',
    files: { '/sys/block/sda/device/wwid': 'naa.0000000000000000\n' },
  },
  { title: 'read-only, says the kernel', id: 'read-only', files: { '/sys/block/sda/ro': '1\n' } },
  {
    title: 'read-only, says the device',
    id: 'read-only',
    tools: { perl: (request) => said(probeLines(request).join('\n').replace('readonly 0', 'readonly 1')) },
  },
  {
    title: 'a read that fails',
    id: 'read-error',
    tools: {
      perl: (request) =>
        said(
          probeLines(request)
            .join('\n')
            .replace(/piece (\d+) \d+ zero/, 'readerrno $1 5'),
        ),
    },
  },
  { title: 'zones', id: 'zoned', files: { '/sys/block/sda/queue/zoned': 'host-managed\n' } },
];

const found: readonly Case[] = [
  { title: 'what only blkid knows', id: 'signature', tools: { blkid: blkid('TYPE=newfs\nUUID=1\n') } },
  {
    title: 'what only wipefs knows',
    id: 'signature',
    tools: { wipefs: () => said('{"signatures":[{"device":"sda","offset":"0x438","type":"ext4"}]}') },
  },
  { title: 'a table that only blkid knows', id: 'signature', tools: { blkid: blkid('PTTYPE=sgi\n') } },
  { title: 'anything else that blkid says', id: 'signature', tools: { blkid: blkid('USAGE=crypto\n') } },
  { title: 'signatures that contradict each other', id: 'ambivalent', tools: { blkid: () => said('', 8) } },
  {
    title: 'a byte that is not zero',
    id: 'not-zero',
    tools: {
      perl: (request) =>
        said(
          probeLines(request)
            .join('\n')
            .replace(
              /piece (\d+) (4096) zero/,
              (_, offset: string) => `piece ${offset} 4096 ${'00'.repeat(4095)}01`,
            ),
        ),
    },
  },
  {
    title: 'a partition that the kernel knows',
    id: 'partitions',
    files: {
      '/sys/block/sda/sda1/dev': '8:1\n',
      '/sys/block/sda/sda1/size': '2048\n',
      '/sys/block/sda/sda1/partition': '1\n',
      '/sys/block/sda/sda1/start': '2048\n',
    },
  },
];

const failures: Readonly<Record<string, ToolResult>> = {
  missing: { state: 'missing' },
  'not allowed': { state: 'no-permission' },
  'too late': { state: 'timeout', stdout: '', stuck: true },
  'too much': { state: 'too-large' },
  broken: { state: 'failed', detail: 'ended by SIGSEGV' },
  'ended with an error': said('', 1, 'it did not work'),
};
const unread: readonly Case[] = [
  ...['perl', 'blkid', 'wipefs'].flatMap((tool) =>
    Object.entries(failures).map(([how, result]): Case => ({
      title: `${tool} ${how}`,
      id: 'unread',
      tools: { [tool]: () => result },
    })),
  ),
  { title: 'blkid with nothing and success', id: 'unread', tools: { blkid: () => said('', 0) } },
  {
    title: 'blkid with something and nothing found',
    id: 'unread',
    tools: { blkid: () => said('TYPE=ext4\n', 2) },
  },
  {
    title: 'blkid with nothing found, and a complaint',
    id: 'unread',
    tools: { blkid: () => said('', 2, 'I/O error') },
  },
  { title: 'blkid not understood', id: 'unread', tools: { blkid: () => said('<xml>') } },
  {
    title: 'wipefs with a complaint',
    id: 'unread',
    tools: { wipefs: () => said('{"signatures":[]}', 0, 'EIO') },
  },
  { title: 'wipefs not understood', id: 'unread', tools: { wipefs: () => said('{"signatures":') } },
  { title: 'wipefs of another shape', id: 'unread', tools: { wipefs: () => said('{"found":[]}') } },
  {
    title: 'a probe cut off',
    id: 'unread',
    tools: { perl: (request) => said(probeLines(request).slice(0, -1).join('\n')) },
  },
  {
    title: 'a probe of fewer pieces than were asked for',
    id: 'unread',
    tools: {
      perl: (request) =>
        said(
          probeLines(request)
            .filter((line) => !line.startsWith('piece 0 '))
            .join('\n'),
        ),
    },
  },
  {
    title: 'a probe without rights',
    id: 'unread',
    tools: { perl: () => said('errno 13\n') },
    reason: /no-permission/,
  },
  { title: 'a probe of another error', id: 'unread', tools: { perl: () => said('errno 5\n') } },
  ...(
    [
      ['exclusive free', 'exclusive 5'],
      [`size ${1024 ** 3}`, 'size 512'],
      ['readonly 0\n', ''],
      ['sector 512', 'sector 512\nflusherrno 5'],
    ] as const
  ).map(([from, to]): Case => ({
    title: `a probe that says '${to.trim()}' instead of '${from.trim()}'`,
    id: 'unread',
    tools: { perl: (request) => said(probeLines(request).join('\n').replace(from, to)) },
  })),
  { title: 'mounts not understood', id: 'unread', files: { '/proc/self/mountinfo': '27 1 8:0 / / rw\n' } },
  { title: 'swaps not understood', id: 'unread', files: { '/proc/swaps': '/dev/sda in use\n' } },
  { title: 'locks not understood', id: 'unread', files: { '/proc/locks': 'locked: /dev/sda\n' } },
  {
    title: "Proxmox VE's folder of configurations not mounted",
    id: 'unread',
    files: { '/var/lib/pve-cluster/config.db': 'SQLite format 3' },
    reason: /pmxcfs is not mounted/,
  },
  {
    title: 'ZFS without its tool',
    id: 'unread',
    files: { '/proc/spl/kstat/zfs/tank/state': 'ONLINE\n' },
  },
  {
    title: 'a physical volume whose group cannot be told',
    id: 'unread',
    tools: { blkid: blkid('TYPE=LVM2_member\n') },
  },
];

const cases = [...held, ...named, ...barred, ...found, ...unread];

test('the invented disk itself is blank, as long as nothing speaks against it', async () => {
  const { examine } = await inventDisk();
  const { flag, identity, confirm_word: word } = await examine();
  expect(flag).toMatchObject({ data_bearing: false, verdict: 'blank_proven', signals: [] });
  expect(identity).toMatchObject({ durable_id: 'byid:wwn-0x5000039ddb108568', wwid: 'naa.5000039ddb108568' });
  expect(word).toBe('108568');
});

const EXPECTED = {
  held: 'in_use',
  named: 'in_use',
  barred: 'unknown',
  content: 'data',
  unread: 'unknown',
} as const;

test.for(cases)(
  '$id: $title',
  async ({ id, detail = /^/, reason = /^/, device = 'sda', release, ...change }) => {
    const { examine } = await inventDisk(change, device);
    const { flag, identity } = await examine();
    expect(flag.data_bearing).toBe(true);
    const signal = flag.signals.find((one) => one.id === id);
    const row = signalRows.find((one) => one.id === id);
    expect(flag.signals.map((one) => one.id)).toContain(id);
    expect(signal?.class).toBe(row?.class);
    expect(signal?.where).not.toBe('');
    expect(signal?.detail).toMatch(detail);
    expect(flag.reason).toMatch(reason);
    expect(release ?? signal?.release).toBe(signal?.release);
    // The strongest of all decides, and the verdict is that of its class.
    const [strongest] = flag.signals;
    expect(flag.verdict).toBe(EXPECTED[strongest?.class ?? 'unread']);
    // Nothing can be done to what is barred, so nobody needs to know who it is.
    expect(row?.class === 'barred' && identity !== null).toBe(false);
  },
);

test('every signal of the table is made by a test', () => {
  const tried = new Set([
    ...cases.map(({ id }) => id),
    ...deviceStates.flatMap(({ signals = [] }) => signals),
  ]);
  const untried = signalRows.map(({ id }) => id).filter((id) => !tried.has(id));
  // A scan that failed is told by whoever scans.
  expect(untried).toEqual(['scan-failed']);
});

test('every signal has words for people, and no words are left over', () => {
  const told = listTexts('en')
    .map(([key]) => key)
    .filter((key) => key.startsWith('signal.'));
  expect(told.toSorted()).toEqual(signalRows.map(({ id }) => `signal.${id}`).toSorted());
  expect(tellSignal(createText('en'), 'of-a-newer-agent')).toBe('of-a-newer-agent');
});

test('the sentence of a mounted device is that of the contract', () => {
  const row = signalRows.find(({ id }) => id === 'mounted');
  expect(`device ${row?.says('/srv') ?? ''}`).toBe('device is mounted');
});

test('a file that looks like a reference and is a description is none', async () => {
  const { examine } = await inventDisk({ files: { [guest]: '#was on /dev/sda once\nname: nas\n' } });
  expect((await examine()).flag.verdict).toBe('blank_proven');
});

test.each([
  ['another slot', { place: SATA, files: { [guest]: 'hostpci0: 0000:04:00.0,pcie=1\n' } }],
  ['another function of it', { place: SATA, files: { [guest]: 'hostpci0: 0000:03:00.1\n' } }],
  ['another port', { place: USB, files: { [guest]: 'usb0: host=1-2.4\n' } }],
  ['another kind of USB disk', { place: USB, files: { ...USB_IDS, [guest]: 'usb0: host=0781:5581\n' } }],
  ['what the guest sees of it', { place: USB, files: { [guest]: 'usb0: spice,usb3=1\n' } }],
  [
    'the same slot of another node',
    {
      place: SATA,
      links: { '/etc/pve/local': 'nodes/pve1' },
      files: {
        '/etc/pve/nodes/pve2/qemu-server/9300.conf': 'hostpci0: 0000:03:00.0\n',
        '/etc/pve/mapping/pci.cfg': 'disks\n\tmap id=1b21:1064,node=pve2,path=0000:03:00.0\n',
      },
    },
  ],
])('hardware that a guest is given is no sign of this disk: %s', async (_, change) => {
  const { examine } = await inventDisk(change);
  expect((await examine()).flag).toMatchObject({ verdict: 'blank_proven', signals: [] });
});

test('what names another disk is no sign of this one', async () => {
  const { examine } = await inventDisk({
    files: {
      '/etc/fstab': '/dev/sdab /srv ext4 defaults 0 0\nUUID=1234 /x ext4 defaults 0 0\n',
      '/proc/swaps': 'Filename Type Size Used Priority\n/dev/sda2x partition 1 0 -2\n/swap file 1 0 -3\n',
      '/proc/self/mountinfo': mountRow('8:16', '/srv', 'ext4', '/dev/sda'),
    },
  });
  expect((await examine()).flag.signals).toEqual([]);
});

test('a lock is seen on the node of the device, not on a file of the same number elsewhere', async () => {
  const { examine, root } = await inventDisk();
  const { dev, ino } = statSync(join(root, 'dev/sda'));
  const major = ((dev >> 8) & 0xfff).toString(16).padStart(2, '0');
  const minor = (dev & 0xff).toString(16).padStart(2, '0');
  const write = (file: string) =>
    writeFileSync(join(root, 'proc/locks'), `1: OFDLCK ADVISORY READ -1 ${file} 100 100\n`);
  write(`${major}:${minor}:${ino + 1}`);
  expect((await examine()).flag.signals).toEqual([]);
  write(`${major}:${minor}:${ino}`);
  expect((await examine()).flag.signals).toMatchObject([{ id: 'locked', class: 'held' }]);
});

test('a folder that cannot be listed is a doubt', async () => {
  const { examine, root } = await inventDisk();
  mkdirSync(join(root, 'etc'), { recursive: true });
  // A file where the folder of units belongs is none; one that is too large to read is a doubt.
  writeFileSync(join(root, 'etc/fstab'), '#'.repeat(2 * 1024 * 1024));
  expect((await examine()).flag).toMatchObject({ verdict: 'unknown', data_bearing: true });
});
