// Names that survive a reboot, from udev's links and from sysfs alone.
import { expect, test } from 'vitest';
import { nameDurably, type Identity } from '../../src/host/durable-id.ts';

const device = (
  name: string,
  told: Partial<Identity['hardware']> & { links?: readonly string[]; kind?: Identity['node']['kind'] } = {},
): Identity => {
  const { links = [], kind = 'disk', ...hardware } = told;
  return {
    node: { name, kind, parents: [], partition: undefined },
    links,
    hardware: {
      model: undefined,
      serial: undefined,
      transport: undefined,
      rotational: undefined,
      removable: undefined,
      wwid: undefined,
      nvmeNamespace: undefined,
      virtioSerial: undefined,
      mmcName: undefined,
      ...hardware,
    },
  };
};
const partition = (disk: string, number: number, links: readonly string[] = []): Identity => {
  const whole = device(`${disk}${number}`, { kind: 'partition', links });
  return { ...whole, node: { ...whole.node, parents: [disk], partition: number } };
};
const idsOf = (...devices: readonly Identity[]) =>
  Object.fromEntries([...nameDurably(devices)].map(([name, { id }]) => [name, id]));
const reasonOf = (name: string, ...devices: readonly Identity[]) => nameDurably(devices).get(name)?.reason;

const ATA = `t10.ATA     ${'WDC WD20EFRX-68EUZN0'.padEnd(40)}${'WD-WCC4M1234567'.padEnd(20)}`.trimEnd();

test.each([
  ['naa.5000039ddb108568', {}, 'wwn-0x5000039ddb108568'],
  ['naa.600508b1001cec28a12a38168f7bb195', {}, 'wwn-0x600508b1001cec28a12a38168f7bb195'],
  ['eui.0025385b71b0a2f4', { transport: 'nvme' }, 'nvme-eui.0025385b71b0a2f4'],
  [
    'uuid.2c4f1b0a-58b7-4b43-9f0d-5a3d7b8e1c22',
    { transport: 'nvme' },
    'nvme-uuid.2c4f1b0a-58b7-4b43-9f0d-5a3d7b8e1c22',
  ],
  ['eui.0025385b71b0a2f4', { transport: 'scsi' }, 'scsi-20025385b71b0a2f4'],
  [ATA, {}, 'ata-WDC_WD20EFRX-68EUZN0_WD-WCC4M1234567'],
])('From sysfs alone %s makes the name that udev would', (wwid, hardware, name) => {
  expect(idsOf(device('sda', { wwid, ...hardware }))).toEqual({ sda: `byid:${name}` });
});

test('Without a world-wide name the maker’s model and serial name an NVMe disk, its serial a virtio one', () => {
  const nvme = { model: 'SOME SSD  1TB', serial: 'S123', nvmeNamespace: 1, transport: 'nvme' };
  expect(idsOf(device('nvme0n1', nvme), device('vda', { virtioSerial: 'root-disk' }))).toEqual({
    nvme0n1: 'byid:nvme-SOME_SSD_1TB_S123_1',
    vda: 'byid:virtio-root-disk',
  });
});

test('The first form of the list wins, and never a place, a label or a device mapper’s name', () => {
  const links = ['ata-X_1', 'wwn-0x5000039ddb108568', 'usb-X_1-0:0', 'lvm-pv-uuid-abc', 'dm-name-x'];
  expect(idsOf(device('sda', { links }))).toEqual({ sda: 'byid:wwn-0x5000039ddb108568' });
  expect(idsOf(device('sda', { links: ['lvm-pv-uuid-abc', 'dm-uuid-LVM-abc', 'pci-0000:00'] }))).toEqual({
    sda: null,
  });
});

test.each(['wwn-0x0000000000000000', 'wwn-0x5000', 'nvme-eui.0000000000000000', 'wwn-0x5000039DDB108568'])(
  '%s is no name',
  (link) => {
    expect(idsOf(device('sda', { links: [link] }))).toEqual({ sda: null });
  },
);

test('Two disks with the same name have none by it; the next form that tells them apart is taken', () => {
  const wwid = 'naa.5000039ddb108568';
  expect(idsOf(device('sda', { wwid }), device('sdb', { wwid, links: ['ata-X_2'] }))).toEqual({
    sda: null,
    sdb: 'byid:ata-X_2',
  });
  expect(reasonOf('sda', device('sda', { wwid }), device('sdb', { wwid }))).toContain('same identity');
});

test('A link that says something else than the kernel names nothing', () => {
  const sda = device('sda', { wwid: 'naa.5000039ddb108568', links: ['wwn-0x5000039ddb108569', 'ata-X_1'] });
  expect(idsOf(sda)).toEqual({ sda: null });
  expect(reasonOf('sda', sda)).toContain('disagree');
});

test('A partition is named after its disk, unless a link of that name leads elsewhere', () => {
  const sda = device('sda', { wwid: 'naa.5000039ddb108568' });
  expect(idsOf(sda, partition('sda', 1))).toMatchObject({ sda1: 'byid:wwn-0x5000039ddb108568-part1' });
  const stray = partition('sda', 2, ['wwn-0x5000039ddb108568-part1']);
  expect(idsOf(sda, partition('sda', 1), stray)).toMatchObject({ sda1: null });
});

test('A loop device gets a name only from a link made by hand', () => {
  const link = 'wwn-0x5000039ddb108568';
  expect(idsOf(device('loop0', { kind: 'loop' }), device('loop1', { kind: 'loop', links: [link] }))).toEqual({
    loop0: null,
    loop1: `byid:${link}`,
  });
});
