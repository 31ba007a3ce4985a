// Files that an invented Proxmox host has beyond the recorded machine: chips, links, groups, ZFS.
// Every shape here is one that a kernel makes; the values are made up.

const coretemp: Record<string, string> = {
  name: 'coretemp\n',
  temp1_input: '48000\n',
  temp1_label: 'Package id 0\n',
  temp1_max: '80000\n',
  temp1_crit: '100000\n',
  // Cores 1 to 3 are fused off: their numbers are left out.
  temp2_input: '45000\n',
  temp2_label: 'Core 0\n',
  temp6_input: '47000\n',
  temp6_label: 'Core 4\n',
};

const below = (folder: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));

const ID = 'c0ffee0123456789'.repeat(4);

export const INVENTED_HOST: Readonly<Record<string, string>> = {
  '/usr/share/perl5/PVE/pvecfg.pm':
    "package PVE::pvecfg;\nsub version {\n    return '8.4.1';\n}\nsub version_text {\n    return '8.4.1/2a5fa54a8503f96d';\n}\n",
  '/sys/class/dmi/id/sys_vendor': 'Dell Inc.\n',
  '/sys/class/dmi/id/product_name': 'OptiPlex 7050\n',
  '/proc/spl/kstat/zfs/arcstats':
    '13 1 0x01 147 39984 5 6\nname                            type data\nhits                            4    99\nsize                            4    2147483648\n',
  ...below('/sys/class/hwmon/hwmon0', coretemp),
  ...below('/sys/class/hwmon/hwmon1', coretemp),
  ...below('/sys/class/hwmon/hwmon3', {
    name: 'nvme\n',
    temp1_input: '38850\n',
    temp1_label: 'Composite\n',
    temp1_max: '81850\n',
    temp1_crit: '84850\n',
    temp3_input: '-2000\n',
    temp3_label: 'Sensor 2\n',
    temp3_max: '65261850\n',
    temp3_min: '-273150\n',
    'device/model': 'SOME SSD\n',
    'device/nvme0c1n1/size': '1000\n',
  }),
  ...below('/sys/class/hwmon/hwmon4', {
    name: 'drivetemp\n',
    temp1_input: '31000\n',
    temp1_max: '0\n',
    'device/block/sda/size': '1000\n',
  }),
  ...below('/sys/class/hwmon/hwmon5', { name: 'acpitz\n', temp1_input: '27800\n' }),
  ...below('/sys/class/hwmon/hwmon6', { name: 'nct6775\n', fan1_input: '900\n' }),
  ...below('/sys/class/hwmon/hwmon7', { 'device/name': 'it87\n', 'device/temp1_input': '-128000\n' }),
  ...below('/sys/class/thermal/thermal_zone0', { type: 'acpitz\n', temp: '27800\n' }),
  ...below('/sys/class/thermal/thermal_zone1', {
    type: 'x86_pkg_temp\n',
    temp: '49000\n',
    trip_point_0_type: 'critical\n',
    trip_point_0_temp: '99000\n',
    trip_point_1_type: 'passive\n',
    trip_point_1_temp: '-274000\n',
  }),
  '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory hugetlb pids rdma misc\n',
  ...below('/sys/fs/cgroup/lxc/9200', {
    'cpu.stat': 'usage_usec 1000000\nuser_usec 1\n',
    'memory.current': '536870912\n',
  }),
  ...below('/sys/fs/cgroup/qemu.slice/101.scope', {
    'cpu.stat': 'usage_usec 2000000\n',
    'memory.current': '4294967296\n',
  }),
  ...below(`/sys/fs/cgroup/system.slice/docker-${ID}.scope`, { 'cpu.stat': 'usage_usec 3\n' }),
  ...below('/sys/fs/cgroup/system.slice/ssh.service', {
    'cpu.stat': 'usage_usec 4\n',
    'memory.current': '4096\n',
  }),
  ...below('/sys/fs/cgroup/system.slice/chrony.service', { 'memory.current': '8192\n' }),
  ...below('/sys/fs/cgroup/system.slice/system-getty.slice/getty@tty1.service', {
    'memory.current': '4096\n',
  }),
  ...below('/sys/fs/cgroup/user.slice/user-1000.slice', { 'cpu.stat': 'usage_usec 5\n' }),
  '/sys/fs/cgroup/lxc/memory.current': '536870912\n',
  '/proc/1000/stat':
    '1000 (a) R (\u001b]52;c;) S 1 1000 1000 0 -1 4194560 1 0 0 0 500 250 0 0 20 0 3 0 4000 1000000 2048 18446744073709551615 1 1 0\n',
  '/proc/1000/cgroup': '0::/lxc/9200/ns/system.slice/app.service\n',
};
