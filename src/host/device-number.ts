// MAJOR:MINOR, as sysfs and the mount table write it, of the `dev_t` that stat(2) tells (makedev(3)).

export function formatDeviceNumber(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}
