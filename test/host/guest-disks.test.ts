// Which guests are handed hardware of this host, by what Proxmox writes into their configurations.
import { expect, test } from 'vitest';
import { readGuestDisks } from '../../src/host/guest-disks.ts';
import { createMachine } from '../../src/host/machine.ts';
import { makeTree } from './temp-tree.ts';

const read = async (text: string) => {
  const root = makeTree({ 'etc/pve/qemu-server/9201.conf': `memory: 2048\n${text}\n` });
  return readGuestDisks(createMachine({ root }), { kind: 'qemu', vmid: 9201 });
};

test.each([
  'scsi1: /dev/disk/by-id/ata-X_1,size=1T',
  'args: -drive file=/dev/sdb,format=raw',
  'hostpci0: 0000:01:00',
  'hostpci0: mapping=nvme,pcie=1',
  'hostpci1: pcie=1,mapping=nvme',
  'usb0: host=1234:5678',
  'usb0: mapping=backup-disk,usb3=1',
  'scsi2: /root/disks/the-second-one,size=1T',
  'virtio3: file=/root/disks/the-third-one',
])('%s names hardware', async (line) => {
  expect(await read(line)).toMatchObject({ state: 'ok', value: [line] });
});

test.each([
  'scsi0: local-lvm:vm-9201-disk-0,size=32G',
  'ide2: none,media=cdrom',
  'usb0: spice',
  'scsihw: virtio-scsi-pci',
  '# hostpci0: mapping=nvme',
])('%s names none', async (line) => {
  expect(await read(line)).toMatchObject({ state: 'ok', value: [] });
});
