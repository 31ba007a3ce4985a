// What a durable id tells: udev names a partition as its disk, with a number behind it.

const PARTITION = /-part\d+$/;

/** `-part3`, or nothing for a disk. */
export const partOf = (durableId: string): string => PARTITION.exec(durableId)?.[0] ?? '';

/** The disk's, of a partition as well. */
export const wholeDiskOf = (durableId: string): string => durableId.replace(PARTITION, '');

/** USB bridges tell what they like, and many of one kind the same: such a name never stands for consent. */
export const isWeakName = (durableId: string): boolean => durableId.startsWith('byid:usb-');
