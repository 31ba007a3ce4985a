// The path of a block device that the kernel's messages call by its name alone (sda1, nvme0n1).

const BLOCK_DEVICE =
  /^(?:[shv]d[a-z]+\d*|xvd[a-z]+\d*|nvme\d+n\d+(?:p\d+)?|mmcblk\d+\w*|(?:md|sr|fd|zd|loop|nbd|dm-|zram)\d+(?:p\d+)?)$/;

/** Other names (ata1, a pool, a device number) stay as they are. */
export const devicePath = (name: string): string => (BLOCK_DEVICE.test(name) ? `/dev/${name}` : name);
