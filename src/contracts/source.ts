// Where facts come from, as every client offers it: stores poll it or follow it, commands ask it once.
import type { Facts, Subject } from './all-facts.ts';
import type { CallController } from './controller-routes.ts';
import type { ContainerDetail } from './facts/containers.ts';
import type { Reading } from './reading.ts';
import type { Notice, RouteAnswer, RouteBody, RouteId, RouteParams, RouteQuery } from './routes.ts';

export type ReadRequest = { readonly signal: AbortSignal };

export type FactsSource = {
  /** `embedded`: this process reads the machine itself. `agent`: the host's agent is asked. */
  readonly kind: 'embedded' | 'agent';
  /** Intervals in milliseconds; subjects that this source does not have are not listed. */
  readonly intervals: { readonly [S in Subject]?: number };
  /** Never throws; what could not be read is a `Reading` that says why. */
  readonly read: <S extends Subject>(subject: S, request: ReadRequest) => Promise<Reading<Facts[S]>>;
  readonly readContainer: (id: string, request: ReadRequest) => Promise<Reading<ContainerDetail>>;
  /** Asks the source to do something; only an agent can. */
  readonly call?: CallRoute | undefined;
  /** Asks the controller of this guest, where there is one. */
  readonly callController?: CallController | undefined;
  /** Follows one container's log from now on, after the lines that are there; gives back how to stop. */
  readonly followLog?: FollowLog | undefined;
  /** Hears facts as they come, instead of asking for them; gives back how to stop. */
  readonly follow?: (listener: SourceListener) => () => void;
  /** The subjects that come so. */
  readonly followed?: readonly Subject[];
  readonly close: () => void;
};

export type LogListener = {
  /** Lines as they come, the oldest first; foreign text, made harmless. */
  readonly onLines: (lines: readonly string[]) => void;
  /** The log is over, or could not be read: why, in English; null when the container ended. */
  readonly onEnd: (problem: string | null) => void;
};
/** `previous`: the run before the present one, which ends by itself. */
export type FollowLog = (
  request: {
    readonly id: string;
    readonly tail: number;
    readonly previous: boolean;
    readonly timestamps: boolean;
  },
  listener: LogListener,
) => () => void;

export type RouteInput<R extends RouteId> = {
  readonly params?: RouteParams<R>;
  readonly query?: RouteQuery<R>;
  readonly body?: RouteBody<R>;
  readonly signal?: AbortSignal;
};
/** Throws an ActionableError: `unreachable` when nobody answers, `refused` with the agent's reason. */
export type CallRoute = <R extends RouteId>(route: R, input?: RouteInput<R>) => Promise<RouteAnswer<R>>;

/** Whether the source answers. */
export type Connection =
  | { readonly state: 'connected'; readonly since: number }
  /** `refused`: it answers and must not be trusted (another certificate), or does not let us in. */
  | {
      readonly state: 'lost' | 'refused';
      readonly since: number;
      /** Technical, in English; may be foreign text. */
      readonly reason: string;
      /** When it is tried again. */
      readonly retryAt: number;
    };

export type SourceListener = {
  readonly onReading: <S extends Subject>(subject: S, reading: Reading<Facts[S]>) => void;
  readonly onConnection: (connection: Connection) => void;
  readonly onNotice: (notice: Notice) => void;
};
