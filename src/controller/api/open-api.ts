// Opens the controller's API: its socket in the data folder, and HTTP for whoever has the API token.
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { randomHex, randomSecret } from '../../base/digest.ts';
import { createListeners } from '../../base/listeners.ts';
import type { Text } from '../../base/texts/text.ts';
import { CONTROLLER_FILES } from '../../contracts/controller-files.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';
import type { Log } from '../../daemon/log.ts';
import { keepSecret } from '../../daemon/secret-file.ts';
import { Streamed } from '../../daemon/serve/answer.ts';
import { createConnectionGate } from '../../daemon/serve/connection-gate.ts';
import type { Door } from '../../daemon/serve/door.ts';
import { createEventHub } from '../../daemon/serve/event-hub.ts';
import { openTcpDoor } from '../../daemon/serve/tcp-door.ts';
import { openUnixDoor } from '../../daemon/serve/unix-door.ts';
import type { AgentProxy, ConfigBook, Health, Reconciler, TellBase } from '../parts.ts';
import type { ApiCaller, ApiDoor } from './caller.ts';
import { CONTROLLER_SUBJECTS, createEventFacts } from './event-facts.ts';
import { createBaseHandlers } from './handlers/base.ts';
import { createContainerHandlers } from './handlers/containers.ts';
import { createHostHandlers } from './handlers/host.ts';
import { createLedgerHandler } from './handlers/ledger.ts';
import { ownNames } from './host-gate.ts';
import { defaultApiLimits, type ApiLimits } from './limits.ts';
import { createApiServer, wrapRefusal } from './server.ts';

export type ApiOptions = {
  readonly dataFolder: string;
  /** Nothing where only the socket is wanted. */
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  /** The name of the container that it runs in; it answers to that, too. */
  readonly container: string | undefined;
  readonly version: string;
  readonly config: Pick<ConfigBook, 'current' | 'onChange' | 'reread'>;
  readonly reconciler: Reconciler;
  readonly health: Health;
  readonly agent: AgentProxy;
  readonly ledger: Ledger;
  readonly tell: TellBase;
  readonly clock: Clock;
  readonly log: Log;
  readonly text: Text;
  /** For tests. */
  readonly limits?: ApiLimits;
};

export type Api = {
  /** The port that it got; undefined without HTTP. */
  readonly port: number | undefined;
  /** For whoever writes to the ledger: those who follow see it at once. */
  readonly ledgerChanged: () => void;
  /** Ends streams, waits for answers that are being given, and cuts what is left. */
  readonly stop: () => Promise<void>;
};

const PATIENCE_MS = 2000;
const ROOT_GROUP = 0;
/** Of the form that the log takes out of whatever it stands in, such as a path. */
const makeToken = (): string => `felhom_api_${randomSecret()}`;

export async function openApi(options: ApiOptions): Promise<Api> {
  const { config, reconciler, health, ledger, tell, clock, log, text, version } = options;
  const limits = options.limits ?? defaultApiLimits;
  const { dataFolder } = options;
  const token = await keepSecret(join(dataFolder, CONTROLLER_FILES.token), makeToken, text);
  const ledgerListeners = createListeners();

  const hub = createEventHub<ApiCaller>({
    facts: createEventFacts({
      tell,
      ledger,
      clock,
      baseChanges: [reconciler.onChange, health.onChange, config.onChange],
      ledgerChanges: ledgerListeners.add,
    }),
    rights: {
      seenBy: (_caller, _subject, reading) => reading,
      mayHear: () => true,
      // Root of this guest always gets in, as at its door.
      hasRoom: (caller, followers) => caller.kind === 'socket' || followers.length < limits.followers.all,
    },
    limits: limits.followers,
    clock,
    log,
    start: randomHex(6),
  });
  const stopNotices = reconciler.onNotice((notice) => hub.notice(notice));

  const server = await createApiServer({
    handlers: {
      ...createBaseHandlers({ config, reconciler, health, tell, version, clock }),
      ...createContainerHandlers(reconciler),
      ...createHostHandlers({ agent: options.agent, ledger }),
      ledger: createLedgerHandler(ledger, clock),
      events: async ({ caller, header }) => {
        const lastEventId = header('last-event-id');
        const open = hub.follow({ caller, subjects: CONTROLLER_SUBJECTS, lastEventId });
        return Promise.resolve(new Streamed(open));
      },
    },
    token,
    names: () => ownNames(config.current(), options.container),
    limits,
    clock,
    log,
  });

  const tools = {
    server,
    gate: createConnectionGate<ApiDoor>(limits, clock, { always: 'socket', byAddress: 'http' }),
    clock,
    limits,
    log,
    text,
    wrapRefusal,
  };
  const doors: Door<ApiDoor>[] = [];
  const stop = async (): Promise<void> => {
    stopNotices();
    // Streams end first: they are answers that would never be over.
    hub.close();
    await Promise.all(doors.map(async (door) => door.close(PATIENCE_MS)));
    await server.stop();
  };
  try {
    const socket = join(dataFolder, CONTROLLER_FILES.socket);
    doors.push(await openUnixDoor('socket', socket, { mode: 0o600, gid: ROOT_GROUP }, tools));
    const http = options.listen === undefined ? undefined : await openTcpDoor('http', options.listen, tools);
    if (http !== undefined) doors.push(http);
    return {
      port: http?.port,
      ledgerChanged: ledgerListeners.tell,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
