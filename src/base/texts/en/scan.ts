// What is said while every byte of a disk is read. English.

export const scan = {
  'command.disks-scan': 'read every byte of a disk: is it really empty?',
  'command.disk-job': 'works on one disk for felhom itself',
  'disks-scan.progress': '{path}: {done_percent} read, {rate}, {left} left',
  'disks-scan.progress.soon': '{path}: {done_percent} read',
  'disks-scan.stalled': '{path}: nothing came from it for two minutes; still waiting',
  'disks-scan.zero': '{path}: all {total_bytes} read, every byte is zero.',
  'disks-scan.not-zero': '{path}: holds data: byte {offset} is not zero.',
  'disks-scan.failed': '{path} could not be read to its end: {reason}',
  'disks-scan.cancelled': '{path}: the reading was cancelled.',
  'disks-scan.no-device': "There is no disk '{device}' here.",
  'disks-scan.no-device.hint':
    "Give its path or its durable id exactly as 'felhom disks list' shows them: /dev/sdb, byid:wwn-0x5000….",
} as const;
