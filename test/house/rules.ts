// The laws of the house as tables. ARCHITECTURE.md tells them; these are the truth.

/** Level 1, which everybody may import. */
const GROUND = ['src/base', 'src/contracts'] as const;

/** Folder → folders that it may import besides itself. What is not here does not exist. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/contracts': [],
  'src/daemon': [...GROUND],
  'src/host': [...GROUND],
  'src/signing': [...GROUND],
  'src/disks': [...GROUND, 'src/host'],
  'src/doctor': [...GROUND],
  'src/clients': [...GROUND, 'src/disks', 'src/host', 'src/signing'],
  'src/hub': [...GROUND, 'src/daemon'],
  'src/provision': [...GROUND, 'src/clients', 'src/host'],
  'src/agent': [...GROUND, 'src/daemon', 'src/clients', 'src/disks', 'src/host', 'src/signing', 'src/doctor'],
  'src/controller': [...GROUND, 'src/daemon', 'src/clients', 'src/doctor'],
  state: [...GROUND, 'src/clients', 'src/doctor'],
  screens: [...GROUND, 'state'],
  'src/cli': [
    ...GROUND,
    'src/host',
    'src/signing',
    'src/disks',
    'src/doctor',
    'src/clients',
    'src/hub',
    'src/provision',
    'src/daemon',
    'src/agent',
    'src/controller',
    'state',
    'screens',
    // Its version.
    'package.json',
  ],
};

export type LazyDoor = {
  /** Folders, or files, on the near side. */
  readonly from: readonly string[];
  /** Folders, or files, on the far side. */
  readonly to: readonly string[];
  /** Files of the near side that are the door themselves. */
  readonly doors?: readonly string[];
  /** Files of the far side that load nothing heavy; the test follows their imports to be sure. */
  readonly plain?: readonly string[];
  readonly why: string;
};

/** What may be reached only by `await import()`. */
export const lazyDoors: readonly LazyDoor[] = [
  {
    from: ['src/cli'],
    to: ['screens', 'src/daemon', 'src/agent', 'src/controller', 'src/hub'],
    plain: ['screens/keys.ts'],
    why: 'importing Ink costs ten times a bare Node; a plain command needs neither it nor a daemon',
  },
  {
    from: ['src/clients'],
    to: ['src/host', 'src/disks'],
    doors: ['src/clients/embedded.ts', 'src/clients/embedded-flags.ts'],
    why: 'only the embedded source reads this machine',
  },
  {
    from: ['src/clients', 'src/cli', 'state'],
    to: ['src/clients/embedded.ts', 'src/clients/embedded-flags.ts'],
    why: 'the embedded source is loaded when it is used',
  },
  {
    from: ['src/cli', 'state'],
    to: ['src/clients/agent.ts', 'src/clients/agent-bootstrap.ts'],
    why: 'a machine without an agent loads nothing for one',
  },
  {
    from: ['src/clients', 'src/cli', 'state'],
    to: ['src/clients/controller.ts'],
    why: 'a machine without a controller loads nothing for one',
  },
  {
    from: ['src/clients', 'src/cli', 'state', 'screens'],
    to: ['src/signing'],
    why: 'only who signs, or looks at the files of signers, needs keys and signatures',
  },
];

export type PackageRule = {
  /** The package with everything below it, or a `node:` module. */
  readonly name: string;
  readonly folders: readonly string[];
  readonly lazy?: true;
  readonly why: string;
};

/** Every package that the product imports, and the only folders for it. */
export const packageRules: readonly PackageRule[] = [
  {
    name: 'zod',
    folders: ['src/contracts', 'src/base', 'src/host', 'src/disks', 'src/clients'],
    why: 'at doors only: the contracts, files of settings (base), the JSON of tools and of Docker beside their readers',
  },
  { name: 'yaml', folders: ['src/base'], why: 'settings' },
  { name: 'zustand', folders: ['state'], why: 'stores' },
  { name: 'ink', folders: ['screens'], why: 'the only place that draws' },
  { name: 'react', folders: ['screens'], why: 'the only place that draws' },
  { name: 'ink-table', folders: ['screens'], why: 'the only place that draws' },
  { name: 'string-width', folders: ['src/base'], why: 'one way to measure cells' },
  { name: 'dockerode', folders: ['src/clients'], lazy: true, why: 'it carries ssh2 and grpc' },
  { name: 'node:child_process', folders: ['src/base'], why: 'one guarded door for tools' },
  {
    name: 'node:fs',
    folders: [
      'src/base',
      'src/daemon',
      'src/host',
      'src/signing',
      'src/disks',
      'src/clients',
      'src/agent',
      'src/controller',
      'src/cli',
    ],
    why: 'no files in stores, screens and rules; signing reads who may sign',
  },
  {
    name: 'node:os',
    folders: ['src/base', 'src/host', 'src/clients', 'src/agent', 'src/controller', 'src/cli'],
    why: 'facts of the machine',
  },
  {
    name: 'node:path',
    folders: [
      'src/base',
      'src/daemon',
      'src/host',
      'src/signing',
      'src/disks',
      'src/clients',
      'src/agent',
      'src/controller',
      'src/cli',
    ],
    why: 'as node:fs',
  },
  { name: 'node:url', folders: ['src/base', 'src/clients', 'src/cli'], why: 'as node:fs' },
  { name: 'node:util', folders: ['src/base', 'src/cli'], why: 'arguments of commands' },
  {
    name: 'node:net',
    folders: ['src/daemon', 'src/clients', 'src/agent', 'src/controller', 'src/hub', 'src/signing'],
    why: 'clients and servers; the socket of an ssh-agent',
  },
  {
    name: 'node:http',
    folders: ['src/daemon', 'src/clients', 'src/agent', 'src/controller', 'src/hub'],
    why: 'clients and servers',
  },
  {
    name: 'node:https',
    folders: ['src/daemon', 'src/clients', 'src/agent', 'src/controller', 'src/hub'],
    why: 'clients and servers',
  },
  { name: 'node:tls', folders: ['src/clients', 'src/agent', 'src/hub'], why: 'clients and servers' },
  { name: 'node:string_decoder', folders: ['src/base', 'src/clients', 'screens'], why: 'bytes to text' },
  {
    name: 'node:events',
    folders: ['src/base', 'src/clients', 'src/agent', 'src/controller', 'screens', 'src/cli'],
    why: 'streams',
  },
  {
    name: 'node:stream',
    folders: ['src/base', 'src/clients', 'src/agent', 'src/controller', 'screens', 'src/cli'],
    why: 'streams',
  },
  { name: 'node:tty', folders: ['screens', 'src/cli'], why: 'the terminal' },
  {
    name: 'node:crypto',
    folders: ['src/base', 'src/signing'],
    why: 'digests and random; public keys in signing only',
  },
  {
    name: 'node:timers',
    folders: [
      'src/base',
      'src/daemon',
      'src/host',
      'src/disks',
      'src/clients',
      'src/agent',
      'src/controller',
      'state',
      'src/cli',
    ],
    why: 'waiting; the reader of open files looks twice',
  },
  { name: 'node:readline', folders: ['src/base', 'src/cli'], why: 'lines of a job, and a typed word' },
  { name: 'fastify', folders: ['src/daemon'], why: 'one HTTP server for every daemon of ours' },
  { name: 'pino', folders: ['src/daemon'], why: "a daemon's log" },
  { name: 'eventsource-parser', folders: ['src/clients'], lazy: true, why: "the agent's events" },
  { name: 'node:process', folders: ['src/cli'], why: 'as process.exit' },
];

export type WordRule = {
  readonly what: 'string' | 'member';
  readonly pattern: RegExp;
  readonly folders: readonly string[];
  readonly why: string;
};

/** Words of the code that have only one place. */
export const wordRules: readonly WordRule[] = [
  {
    what: 'member',
    pattern: /^process\.(exit|argv|abort|reallyExit)$/,
    folders: ['src/cli'],
    why: 'only commands end the process and read its arguments',
  },
  {
    what: 'member',
    pattern: /^(Date|performance)\.now$/,
    folders: ['src/base'],
    why: 'time comes in as a parameter (base/clock.ts)',
  },
  {
    what: 'string',
    pattern: /^\/(proc|sys)(\/|$)/,
    folders: ['src/host'],
    why: 'only the host reader knows where the kernel keeps its facts',
  },
  {
    what: 'string',
    pattern: /^(wipefs|blkid|sgdisk|mkfs\.\w+)$/,
    folders: ['src/disks'],
    why: 'only disks format and look for signatures',
  },
];

export type CompleteList = {
  readonly list: string;
  readonly folder: string;
  /** Which files of the folder the list must import. */
  readonly files: RegExp;
  /** Of these only the ones that export such a name. */
  readonly exporting?: RegExp;
};

/** Lists that must name every file of a folder. */
export const completeLists: readonly CompleteList[] = [
  { list: 'src/doctor/all-rules.ts', folder: 'src/doctor/rules', files: /^[a-z0-9-]+\.ts$/ },
  { list: 'src/cli/all-commands.ts', folder: 'src/cli/commands', files: /^[a-z0-9-]+\.ts$/ },
  { list: 'screens/all-screens.ts', folder: 'screens', files: /\.tsx?$/, exporting: /[a-z]Screen$/ },
  { list: 'src/contracts/all-facts.ts', folder: 'src/contracts/facts', files: /^[a-z0-9-]+\.ts$/ },
  { list: 'src/base/texts/text.ts', folder: 'src/base/texts/en', files: /^[a-z0-9-]+\.ts$/ },
  { list: 'src/base/texts/text.ts', folder: 'src/base/texts/hu', files: /^[a-z0-9-]+\.ts$/ },
];

/** Names of source files. */
export const fileName = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.corpus)?\.tsx?$/;
/** Names that say nothing: a file is named for the one thing it exports. */
export const emptyNames = [
  'index',
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'misc',
  'types',
  'manager',
];
