// What is said while every byte of a disk is read. English.

export const scan = {
  'command.disks-scan': 'read every byte of a disk: is it really empty?',
  'command.disk-job': 'works on one disk for felhom itself',
  'scan.progress': '{path}: {done_percent} read, {rate}, {left} left',
  'scan.progress.soon': '{path}: {done_percent} read',
  'scan.stalled': '{path}: nothing came from it for two minutes; still waiting',
  'scan.zero': '{path}: all {total_bytes} read, every byte is zero.',
  'scan.not-zero': '{path}: holds data: byte {offset} is not zero.',
  'scan.failed': '{path} could not be read to its end: {reason}',
  'scan.cancelled': '{path}: the reading was cancelled.',
  'scan.no-device': "There is no disk '{device}' here.",
  'scan.no-device.hint':
    "Give its path or its durable id exactly as 'felhom disks list' shows them: /dev/sdb, byid:wwn-0x5000….",
} as const;
