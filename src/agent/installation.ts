// Which installation of this host this is: what was signed here counts for nothing on a copy of it, and a copy
// must not go on as if it were the host. It does nothing signed until root has said that all is right.
import { randomHex, sha256 } from '../base/digest.ts';
import { messageOf } from '../base/errors.ts';
import { createInTurn } from '../base/in-turn.ts';
import { readOwnFile } from '../base/read-own-file.ts';
import { prepareFile } from '../base/write-file.ts';
import type { LedgerRecord } from '../contracts/facts/ledger.ts';
import type { Requester } from '../contracts/facts/operations.ts';
import { storedInstallation, type StoredInstallation } from '../contracts/stored-installation.ts';
import type { HostIds } from '../host/host-ids.ts';
import { Refusal } from '../daemon/refusal.ts';
import type { Ledger } from '../daemon/ledger/ledger.ts';
import { storing } from '../daemon/store-failed.ts';

const DOMAIN = 'felhom installation v1';
const MADE = 'install.made';
const ACCEPTED = 'install.accepted';
const CHANGED = 'install.changed';
const RESTORED = 'install.restored';
const RETRY_S = 60;

export type Installation = {
  /** Its digest, read anew. Throws `E_INSTALL_CHANGED`, or `E_NOT_READY` where it cannot be told. */
  readonly demand: () => Promise<string>;
  /** Reads anew, and announces a change. Never throws. */
  readonly look: () => Promise<void>;
  /** What is wrong, by the last look. */
  readonly trouble: () => string | undefined;
  /** Root says that this host is what it should be: from now on it is another installation. */
  readonly accept: (by: Requester) => Promise<string>;
};

type Told =
  | { readonly state: 'same'; readonly install: string }
  | { readonly state: 'new'; readonly name: string }
  | {
      readonly state: 'changed';
      readonly before: string | null;
      readonly now: string | null;
      readonly why: string;
    }
  | { readonly state: 'unreadable'; readonly why: string; readonly hint: string };

export async function openInstallation({
  path,
  readHostIds,
  ledger,
  records,
  onProblem,
}: {
  readonly path: string;
  readonly readHostIds: () => Promise<HostIds>;
  readonly ledger: Pick<Ledger, 'record'>;
  /** What the ledger held at the start: it outlives a lost file. */
  readonly records: readonly LedgerRecord[];
  readonly onProblem: (problem: string) => void;
}): Promise<Installation> {
  const inTurn = createInTurn();
  let stored = await readStored(path);
  let noted = lastNoted(records);
  let announced: string | undefined;
  /** The ledger's last word is that it changed. */
  let isOpen = records.findLast(({ what }) => what.startsWith('install.'))?.what === CHANGED;
  let trouble: string | undefined;

  const compare = async (): Promise<Told> => {
    const name = nameOf(await readHostIds());
    if (typeof name !== 'string') return { state: 'unreadable', ...name };
    if (typeof stored === 'string') {
      return {
        state: 'changed',
        before: noted ?? null,
        now: null,
        why: `its file cannot be used: ${stored}`,
      };
    }
    if (stored === undefined) {
      return noted === undefined
        ? { state: 'new', name }
        : { state: 'changed', before: noted, now: null, why: 'its file is gone' };
    }
    const now = digestOf(stored.id, name);
    if (now !== stored.install) {
      const why = "the board's UUID or the machine id is another";
      return { state: 'changed', before: stored.install, now, why };
    }
    if (noted !== undefined && noted !== now) {
      return { state: 'changed', before: noted, now, why: 'the ledger belongs to another' };
    }
    return { state: 'same', install: now };
  };

  /** In the ledger first: the file that is there was announced. */
  const put = async (
    name: string,
    record: { readonly what: string; readonly by: Requester | null; readonly before: string | null },
  ): Promise<string> =>
    storing('the installation', async () => {
      const id = randomHex(32);
      const install = digestOf(id, name);
      const made: StoredInstallation = { version: 1, id, install };
      const file = await prepareFile(path, `${JSON.stringify(made)}\n`);
      try {
        const { what, by, before } = record;
        await ledger.record({ what, by, subject: '', detail: { before, now: install } });
      } catch (error) {
        await file.drop();
        throw error;
      }
      noted = install;
      await file.commit();
      stored = made;
      return install;
    });

  const announce = async ({ before, now, why }: Extract<Told, { state: 'changed' }>): Promise<void> => {
    const change = `${before ?? ''} ${now ?? ''} ${why}`;
    if (announced === change) return;
    onProblem(`this host is not the installation that it was: ${why}`);
    try {
      await ledger.record({ what: CHANGED, by: null, subject: '', detail: { before, now, why } });
      announced = change;
      isOpen = true;
    } catch (error) {
      onProblem(`the changed installation is not in the ledger yet: ${messageOf(error)}`);
    }
  };

  /** It is again what it was, as when the files of the agent were put back. */
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    try {
      await ledger.record({ what: RESTORED, by: null, subject: '', detail: {} });
      [isOpen, announced] = [false, undefined];
    } catch (error) {
      onProblem(`that the installation is again what it was is not in the ledger yet: ${messageOf(error)}`);
    }
  };

  /** The name of what is not put down yet, or nothing. Throws. */
  const check = async (): Promise<{ readonly install: string } | { readonly name: string }> => {
    const told = await compare();
    trouble = undefined;
    switch (told.state) {
      case 'same':
        await close();
        return told;
      case 'new':
        return told;
      case 'changed':
        trouble = `this host is not the installation that it was: ${told.why}`;
        await announce(told);
        throw new Refusal('E_INSTALL_CHANGED', `${trouble}; nothing signed is done here`, {
          hint: 'if this host is meant to be as it is, root says so with: felhom host accept-install',
        });
      case 'unreadable':
        trouble = `which installation this is cannot be told: ${told.why}`;
        throw new Refusal('E_NOT_READY', trouble, { hint: told.hint, retryAfterS: RETRY_S });
    }
  };

  const look = async (): Promise<void> => {
    await inTurn(check).catch((error: unknown) => {
      if (!(error instanceof Refusal)) onProblem(`the installation: ${messageOf(error)}`);
    });
  };
  await look();

  return {
    // It is put down when it is first needed.
    demand: async () =>
      inTurn(async () => {
        const found = await check();
        return 'install' in found ? found.install : put(found.name, { what: MADE, by: null, before: null });
      }),
    look,
    trouble: () => trouble,
    accept: async (by) =>
      inTurn(async () => {
        const name = nameOf(await readHostIds());
        if (typeof name !== 'string') {
          throw new Refusal('E_NOT_READY', `which installation this is cannot be told: ${name.why}`, {
            hint: name.hint,
            retryAfterS: RETRY_S,
          });
        }
        const before = typeof stored === 'object' ? stored.install : (noted ?? null);
        const install = await put(name, { what: ACCEPTED, by, before });
        announced = undefined;
        isOpen = false;
        trouble = undefined;
        return install;
      }),
  };
}

const digestOf = (id: string, name: string): string => sha256(DOMAIN, `${id} ${name}`);

/** One of the two is enough to tell a copy; one that is there and cannot be read might have changed. */
function nameOf({ board, machineId }: HostIds): string | { readonly why: string; readonly hint: string } {
  const isMissing =
    machineId.state === 'absent' || (machineId.state === 'failed' && machineId.code === 'empty');
  if (board.state === 'failed') {
    return {
      why: `${board.source} (${board.code})`,
      hint: 'the agent has to run as root on the host itself',
    };
  }
  if ((machineId.state !== 'ok' && !isMissing) || (board.state !== 'ok' && isMissing)) {
    return { why: `${machineId.source} (${machineId.code})`, hint: 'make it with: systemd-machine-id-setup' };
  }
  return JSON.stringify([
    board.state === 'ok' ? board.value : null,
    machineId.state === 'ok' ? machineId.value : null,
  ]);
}

/** A text says why it cannot be used. */
async function readStored(path: string): Promise<StoredInstallation | string | undefined> {
  try {
    const bytes = await readOwnFile(path);
    return bytes === undefined ? undefined : storedInstallation.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    // What is wrong with its content is not told: it holds what is kept for root.
    return error instanceof SyntaxError || !(error instanceof Error && 'code' in error)
      ? 'it holds no installation'
      : messageOf(error);
  }
}

function lastNoted(records: readonly LedgerRecord[]): string | undefined {
  const last = records.findLast(({ what }) => what === MADE || what === ACCEPTED)?.detail['now'];
  return typeof last === 'string' ? last : undefined;
}
