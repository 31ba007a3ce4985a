// What the tests and the benchmark use of a Debian machine beyond git, Node and npm.

export type Program = {
  /** On the PATH when it is installed. */
  readonly command: string;
  readonly debianPackage: string;
  readonly why: string;
  /** Peers of the benchmark are installed only when asked for: tests do without. */
  readonly for: 'tests' | 'bench';
};

export const programs: readonly Program[] = [
  {
    command: 'fuse2fs',
    debianPackage: 'fuse2fs',
    why: 'a mount that stops answering, to see that only its own values are missing',
    for: 'tests',
  },
  {
    command: 'mke2fs',
    debianPackage: 'e2fsprogs',
    why: 'file systems on loop devices, full ones and ones with hostile labels',
    for: 'tests',
  },
  { command: 'losetup', debianPackage: 'mount', why: 'loop devices in the place of disks', for: 'tests' },
  { command: 'mkfs.xfs', debianPackage: 'xfsprogs', why: 'formats to xfs', for: 'tests' },
  { command: 'mkfs.btrfs', debianPackage: 'btrfs-progs', why: 'formats to btrfs', for: 'tests' },
  {
    command: 'setpriv',
    debianPackage: 'util-linux',
    why: 'a process that dies with the one that started it',
    for: 'tests',
  },
  {
    command: 'ssh-keygen',
    debianPackage: 'openssh-client',
    why: 'keys and signatures of operators, and the second verifier; ssh, ssh-agent and ssh-add come with it',
    for: 'tests',
  },
  {
    command: 'sshd',
    debianPackage: 'openssh-server',
    why: 'technicians log in to sign; tests start their own on loopback',
    for: 'tests',
  },
  { command: 'fsfreeze', debianPackage: 'util-linux', why: 'a write that hangs', for: 'tests' },
  { command: 'swapon', debianPackage: 'mount', why: 'a disk that is used as swap', for: 'tests' },
  { command: 'lsblk', debianPackage: 'util-linux', why: 'a second opinion about disks', for: 'tests' },
  {
    command: 'dockerd',
    debianPackage: 'docker.io',
    why: 'a real Docker daemon to read containers from',
    for: 'tests',
  },
  {
    command: 'docker',
    debianPackage: 'docker.io',
    why: 'a shell inside a container, as the console opens one',
    for: 'tests',
  },
  { command: 'ip', debianPackage: 'iproute2', why: "that daemon's own network namespace", for: 'tests' },
  { command: 'iptables', debianPackage: 'iptables', why: "that daemon's networks", for: 'tests' },
  {
    command: 'unshare',
    debianPackage: 'util-linux',
    why: 'keeps that daemon away from this machine',
    for: 'tests',
  },
  {
    command: 'nsenter',
    debianPackage: 'util-linux',
    why: "programs where that daemon's ports are",
    for: 'tests',
  },
  { command: 'tar', debianPackage: 'tar', why: 'makes its image', for: 'tests' },
  { command: 'docker', debianPackage: 'docker.io', why: "builds the controller's image", for: 'tests' },
  {
    command: 'debootstrap',
    debianPackage: 'debootstrap',
    why: "the base of the controller's image, where no registry is",
    for: 'tests',
  },
  {
    command: 'busybox',
    debianPackage: 'busybox-static',
    why: 'the one file of an image that needs no registry',
    for: 'tests',
  },
  {
    command: 'smartctl',
    debianPackage: 'smartmontools',
    why: 'the answers of a real smartctl',
    for: 'tests',
  },
  { command: 'vgs', debianPackage: 'lvm2', why: 'volume groups and thin pools', for: 'tests' },
  {
    command: 'openssl',
    debianPackage: 'openssl',
    why: "certificates like the agent's own",
    for: 'tests',
  },
  {
    command: 'perl',
    debianPackage: 'perl-base',
    why: 'looks at block devices; holds locks on them',
    for: 'tests',
  },
  { command: 'wipefs', debianPackage: 'util-linux', why: 'signatures of disks', for: 'tests' },
  {
    command: 'partx',
    debianPackage: 'util-linux',
    why: 'partitions where the kernel reads no table',
    for: 'tests',
  },
  { command: 'blkid', debianPackage: 'util-linux', why: 'signatures of disks', for: 'tests' },
  { command: 'mkfs.xfs', debianPackage: 'xfsprogs', why: 'disks that hold xfs', for: 'tests' },
  { command: 'mkfs.btrfs', debianPackage: 'btrfs-progs', why: 'disks that hold btrfs', for: 'tests' },
  { command: 'mkfs.f2fs', debianPackage: 'f2fs-tools', why: 'disks that hold f2fs', for: 'tests' },
  { command: 'mkfs.fat', debianPackage: 'dosfstools', why: 'disks that hold FAT', for: 'tests' },
  { command: 'mkfs.exfat', debianPackage: 'exfatprogs', why: 'disks that hold exFAT', for: 'tests' },
  { command: 'mkntfs', debianPackage: 'ntfs-3g', why: 'disks that hold NTFS', for: 'tests' },
  {
    command: 'mkfs.minix',
    debianPackage: 'util-linux',
    why: 'disks that hold minix, bfs and cramfs',
    for: 'tests',
  },
  { command: 'mksquashfs', debianPackage: 'squashfs-tools', why: 'disks that hold squashfs', for: 'tests' },
  { command: 'genisoimage', debianPackage: 'genisoimage', why: 'disks that hold an ISO', for: 'tests' },
  { command: 'cryptsetup', debianPackage: 'cryptsetup-bin', why: 'disks that hold LUKS', for: 'tests' },
  { command: 'bash', debianPackage: 'bash', why: 'a shell with job control, to suspend in', for: 'tests' },
  { command: 'script', debianPackage: 'bsdutils', why: 'a terminal that stops reading', for: 'tests' },
  { command: 'zsh', debianPackage: 'zsh', why: 'completion, as zsh does it', for: 'tests' },
  { command: 'fish', debianPackage: 'fish', why: 'completion, as fish does it', for: 'tests' },
  {
    command: 'python3',
    debianPackage: 'python3',
    why: 'a program that does to disks what Node cannot',
    for: 'tests',
  },
  { command: 'ps', debianPackage: 'procps', why: 'to see that no process is left', for: 'tests' },
  { command: 'flock', debianPackage: 'util-linux', why: "the agent's lock", for: 'tests' },
  { command: 'socat', debianPackage: 'socat', why: "systemd's side of sd_notify", for: 'tests' },
  { command: 'systemd-notify', debianPackage: 'systemd', why: "the agent's words to systemd", for: 'tests' },
  {
    command: 'systemd-analyze',
    debianPackage: 'systemd',
    why: "a second opinion on the agent's unit",
    for: 'tests',
  },
  { command: 'promtool', debianPackage: 'prometheus', why: 'a second opinion on metrics', for: 'tests' },
  { command: 'prometheus', debianPackage: 'prometheus', why: 'a real scrape of the agent', for: 'tests' },
  { command: 'curl', debianPackage: 'curl', why: 'a client that is none of ours', for: 'tests' },
  {
    command: 'prometheus-node-exporter',
    debianPackage: 'prometheus-node-exporter',
    why: 'peer of the agent',
    for: 'bench',
  },
  { command: 'btop', debianPackage: 'btop', why: 'peer', for: 'bench' },
  { command: 'htop', debianPackage: 'htop', why: 'peer', for: 'bench' },
  { command: 'glances', debianPackage: 'glances', why: 'peer', for: 'bench' },
];
