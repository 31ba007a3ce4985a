// Stands in for Proxmox: small programs of the names pct, qm, pvesh and systemd-run in a folder, which note
// how they were called, keep what each guest is in a file, and do what the test says instead.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { GuestPorts } from '../../src/agent/guests/guest-ports.ts';
import { runTool, type RunTool } from '../../src/base/run-tool.ts';
import { ok } from '../../src/contracts/reading.ts';
import { createMachine } from '../../src/host/machine.ts';
import { readNodeGuests } from '../../src/host/proxmox.ts';

type FakeGuest = {
  readonly vmid: number;
  readonly type?: 'lxc' | 'qemu';
  readonly name?: string;
  readonly status?: 'running' | 'stopped';
  readonly template?: 0 | 1;
  readonly node?: string;
  readonly uptime?: number;
};

const GUEST_PROGRAM = `#!/bin/sh
cd "$(dirname "$0")" || exit 9
name=\${0##*/}
echo "$name $*" >> argv
[ -f "do-$1" ] && . "./do-$1"
case $1 in
  status) [ -f "is-$2" ] || { echo "Configuration file 'nodes/x/$2.conf' does not exist" >&2; exit 2; }
    echo "status: $(cat "is-$2")" ;;
  start) echo running > "is-$2" ;;
  shutdown) echo stopped > "is-$2" ;;
  *) echo "unknown command '$name $1'" >&2; exit 255 ;;
esac
`;
const PVESH = `#!/bin/sh
cd "$(dirname "$0")" || exit 9
echo "pvesh $*" >> argv
[ -f do-pvesh ] && . ./do-pvesh
case $2 in
  /cluster/resources) cat guests.json ;;
  /nodes/*/storage) if [ -f storages.json ]; then cat storages.json; else echo '[]'; fi ;;
  /version) echo '{"version":"8.2.4"}' ;;
  *) echo '[]' ;;
esac
`;
/** Ends as the program behind it does, as with --wait. */
const SYSTEMD_RUN = `#!/bin/sh
cd "$(dirname "$0")" || exit 9
echo "systemd-run $*" >> argv
while [ "$1" != -- ]; do shift; done
shift
name=$1
shift
exec "./$name" "$@"
`;

/** For `does`: until the test says `go`. */
export const WAIT = 'while [ ! -f go ]; do sleep 0.02; done; rm go';

export type FakeProxmox = ReturnType<typeof createFakeProxmox>;

export function createFakeProxmox(guests: readonly FakeGuest[]) {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-proxmox-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  const programs = { pct: GUEST_PROGRAM, qm: GUEST_PROGRAM, pvesh: PVESH, 'systemd-run': SYSTEMD_RUN };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(at(name), text);
    chmodSync(at(name), 0o755);
  }
  const list = (listed: readonly FakeGuest[]) =>
    writeFileSync(
      at('guests.json'),
      JSON.stringify(listed.map((guest) => ({ type: 'lxc', status: 'running', ...guest }))),
    );
  list(guests);
  for (const { vmid, status = 'running' } of guests) writeFileSync(at(`is-${vmid}`), `${status}\n`);
  const run: RunTool = async (request) => runTool({ ...request, file: at(request.file) });
  const machine = createMachine({ runTool: run });
  const setting: { systemd: boolean; disks: GuestPorts['readGuestDisks'] } = {
    systemd: false,
    disks: async () => Promise.resolve(ok([], 'test', 0)),
  };
  const changed = { count: 0 };
  const ports: GuestPorts = {
    readGuests: async (signal) => readNodeGuests(machine, signal),
    readGuestDisks: async (guest) => setting.disks(guest),
    runTool: run,
    hasSystemd: async () => Promise.resolve(setting.systemd),
    onChanged: () => {
      changed.count += 1;
    },
  };
  return {
    folder,
    ports,
    setting,
    changed,
    list,
    /** As `pvesh get /nodes/NODE/storage` tells them. */
    store: (storages: readonly object[]) => writeFileSync(at('storages.json'), JSON.stringify(storages)),
    /** Shell that runs before what the program does: of `pct` and `qm` by subcommand, or of `pvesh`. */
    does: (what: string, shell: string) => writeFileSync(at(`do-${what}`), `${shell}\n`),
    /** Ends WAIT. */
    go: () => writeFileSync(at('go'), ''),
    is: (vmid: number) => readFileSync(at(`is-${vmid}`), 'utf8').trim(),
    remove: (program: keyof typeof programs) => rmSync(at(program)),
    /** How they were called, without what only asks. */
    calls: (): readonly string[] =>
      existsSync(at('argv'))
        ? readFileSync(at('argv'), 'utf8')
            .split('\n')
            .filter((line) => line !== '' && !/^pvesh|^(?:pct|qm) status/.test(line))
        : [],
  };
}
