// Amit a program mond, amíg egy lemez minden bájtját olvassa. Magyar.

export const scan = {
  'command.disks-scan': 'egy lemez minden bájtjának olvasása: tényleg üres?',
  'command.disk-job': 'a felhom saját munkája egy lemezen',
  'scan.progress': '{path}: {done_percent} elolvasva, {rate}, hátravan {left}',
  'scan.progress.soon': '{path}: {done_percent} elolvasva',
  'scan.stalled': '{path}: két perce semmi nem jött róla; a várakozás folytatódik',
  'scan.zero': '{path}: mind a(z) {total_bytes} elolvasva, minden bájt nulla.',
  'scan.not-zero': '{path}: adat van rajta: a(z) {offset}. bájt nem nulla.',
  'scan.failed': '{path} nem volt végig olvasható: {reason}',
  'scan.cancelled': '{path}: az olvasást megszakították.',
  'scan.no-device': 'Itt nincs „{device}” lemez.',
  'scan.no-device.hint':
    "Az útvonalát vagy a tartós azonosítóját add meg, pontosan úgy, ahogy a 'felhom disks list' mutatja: /dev/sdb, byid:wwn-0x5000….",
} as const;
