// Amit a program mond, amíg egy lemez minden bájtját olvassa. Magyar.

export const scan = {
  'command.disks-scan': 'egy lemez minden bájtjának olvasása: tényleg üres?',
  'command.disk-job': 'a felhom saját munkája egy lemezen',
  'disks-scan.progress': '{path}: {done_percent} elolvasva, {rate}, hátravan {left}',
  'disks-scan.progress.soon': '{path}: {done_percent} elolvasva',
  'disks-scan.stalled': '{path}: két perce semmi nem jött róla; a várakozás folytatódik',
  'disks-scan.zero': '{path}: mind a(z) {total_bytes} elolvasva, minden bájt nulla.',
  'disks-scan.not-zero': '{path}: adat van rajta: a(z) {offset}. bájt nem nulla.',
  'disks-scan.failed': '{path} nem volt végig olvasható: {reason}',
  'disks-scan.cancelled': '{path}: az olvasást megszakították.',
  'disks-scan.no-device': 'Itt nincs „{device}” lemez.',
  'disks-scan.no-device.hint':
    "Az útvonalát vagy a tartós azonosítóját add meg, pontosan úgy, ahogy a 'felhom disks list' mutatja: /dev/sdb, byid:wwn-0x5000….",
} as const;
