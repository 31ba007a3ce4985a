// Signing one operation: asks the agent for its bytes, has a key sign them, hands the signature in, runs
// it. Holds where the person is meanwhile; screens show it, and the keys call what stands here.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Clock } from '../src/base/clock.ts';
import { ActionableError } from '../src/base/errors.ts';
import type { Operation } from '../src/contracts/facts/operations.ts';
import type { RouteAnswer } from '../src/contracts/routes.ts';
import { LIST_DEADLINE_MS, SIGN_DEADLINE_MS, type Signer, type SignerCode } from '../src/contracts/signer.ts';
import type { CallRoute } from '../src/contracts/source.ts';
import {
  chosenKey,
  given,
  heard,
  listed,
  openedOn,
  phaseOf,
  type Bytes,
  type Doing,
  type SignView,
  type Wish,
} from './sign-view.ts';

export type Signing = {
  /** Null while nobody signs. */
  readonly store: StoreApi<SignView | null>;
  readonly open: (operation: Operation) => void;
  /** What was asked of the agent goes on; a key that has not signed yet does not. */
  readonly close: () => void;
  /** A transition of what is open. */
  readonly change: (to: (view: SignView, now: number) => SignView) => void;
  /** The operation as the facts tell it; nothing when they do not name it. */
  readonly hear: (find: (id: string) => Operation | undefined) => void;
  readonly askBytes: (wish?: Wish) => void;
  readonly listKeys: () => void;
  readonly sign: () => void;
  /** Waits no longer for the ssh-agent. */
  readonly giveUp: () => void;
  readonly submit: (signature: string) => void;
  readonly run: (word: string) => void;
  readonly cancel: () => void;
};

export function createSigning(options: {
  /** Nothing where the source only reads. */
  readonly call: () => CallRoute | undefined;
  readonly signer: Signer | undefined;
  readonly clock: Clock;
  /** Facts change by what is done here: they are asked for at once. */
  readonly refresh: () => void;
}): Signing {
  const { clock, signer, refresh } = options;
  const store = createStore<SignView | null>(() => null);
  /** Of what is open now: what is answered to another one is dropped. */
  let life = new AbortController();
  /** Of what the ssh-agent is asked. */
  let wait = new AbortController();

  const change: Signing['change'] = (to) => {
    const view = store.getState();
    if (view !== null) store.setState(to(view, clock.now()), true);
  };
  const set = (to: Partial<SignView>) => change((view) => ({ ...view, ...to }));
  const hearOf = (operation: Operation | undefined) => {
    change((view, now) => heard(view, operation, now));
    const view = store.getState();
    const isOver = view === null || view.changed || phaseOf(view) !== 'sign';
    // Approved elsewhere, denied, or another disk: there is nothing left to sign.
    if (isOver || (view.bytes.state === 'there' && view.bytes.outdated)) giveUp(false);
  };

  /** Does one thing at a time, and keeps why it was refused. */
  const perform = (what: Doing['what'], work: (call: CallRoute, id: string) => Promise<Operation>) => {
    const call = options.call();
    const view = store.getState();
    if (call === undefined || view === null || view.doing !== null) return;
    const mine = life;
    set({ doing: { what, since: clock.now() }, refusal: null, asking: null });
    const over = (to: Partial<SignView>) => {
      if (mine.signal.aborted) return;
      set({ doing: null, ...to });
    };
    void work(call, view.operation.id)
      .then(
        (operation) => {
          over({});
          if (!mine.signal.aborted) hearOf(operation);
        },
        (error: unknown) => over({ refusal: { error } }),
      )
      .finally(refresh);
  };

  const askBytes = (wish: Wish = {}) => {
    const mine = life;
    perform('bytes', async (call, id) => {
      const before = store.getState()?.bytes.state;
      if (before !== 'there') set({ bytes: { state: 'asking' } });
      try {
        const answer = await call('bytesOperation', { params: { id }, body: wish });
        const bytes = await understand(answer, id);
        if (!mine.signal.aborted) {
          change((view, now) => given(view, bytes, answer.operation, now));
        }
        return answer.operation;
      } catch (error) {
        // Those that were shown before still are what they were.
        if (before !== 'there' && !mine.signal.aborted) set({ bytes: { state: 'refused' } });
        throw error;
      }
    });
  };

  /** What the ssh-agent says, or why it does not: it may hang, and is not waited for longer than this. */
  const ofAgent = async <T>(limitMs: number, ask: (agent: Signer, signal: AbortSignal) => Promise<T>) => {
    if (signer === undefined) throw noAgent('E_AGENT_NONE', 'no ssh-agent');
    wait.abort();
    wait = new AbortController();
    const given = wait.signal;
    const limit = AbortSignal.timeout(limitMs);
    const signal = AbortSignal.any([given, limit]);
    const ended = Promise.withResolvers<never>();
    signal.addEventListener('abort', () =>
      ended.reject(
        given.aborted
          ? noAgent('E_AGENT_CANCELLED', 'given up')
          : noAgent('E_AGENT_TIMEOUT', `no answer in ${limitMs} ms`),
      ),
    );
    return Promise.race([ask(signer, signal), ended.promise]);
  };

  const giveUp = (tell = true) => {
    wait.abort();
    const view = store.getState();
    if (view?.doing?.what === 'sign') {
      set({
        doing: null,
        typed: '',
        ...(tell ? { refusal: { error: noAgent('E_AGENT_CANCELLED', 'given up') } } : {}),
      });
    }
    if (view?.keys.state === 'listing') set({ keys: { state: 'none' } });
  };

  const listKeys = () => {
    const mine = life;
    set({ keys: { state: 'listing' }, refusal: null });
    const isMine = () => !mine.signal.aborted && store.getState()?.keys.state === 'listing';
    void ofAgent(LIST_DEADLINE_MS, async (agent, signal) => agent.listKeys(signal)).then(
      (found) => {
        if (!isMine()) return;
        change((view, now) => listed(view, found, now));
        const view = store.getState();
        if (view === null || chosenKey(view) !== undefined) return;
        const code = found.length === 0 ? 'E_AGENT_EMPTY' : 'E_AGENT_NO_SIGNER';
        set({ refusal: { error: noAgent(code, 'no key that may approve') } });
      },
      (error: unknown) => {
        if (isMine()) set({ keys: { state: 'none' }, refusal: { error } });
      },
    );
  };

  const submit = (signature: string) => {
    perform('submit', async (call, id) => {
      const { operation } = await call('submitOperation', { params: { id }, body: { signature } });
      return operation;
    });
  };

  const sign = () => {
    const view = store.getState();
    if (view === null || view.bytes.state !== 'there' || view.doing !== null) return;
    const key = chosenKey(view);
    if (key === undefined) return;
    const mine = life;
    const { message, sha256 } = view.bytes;
    set({ doing: { what: 'sign', since: clock.now() }, refusal: null });
    const asked = ofAgent(SIGN_DEADLINE_MS, async (agent, signal) =>
      agent.sign(key.fingerprint, message, signal),
    );
    const mineToo = wait;
    /** Given up, closed, or about other bytes: then nothing is handed in, whatever the key did. */
    const counts = () => {
      const now = store.getState();
      return (
        !mine.signal.aborted &&
        !mineToo.signal.aborted &&
        now?.doing?.what === 'sign' &&
        now.bytes.state === 'there' &&
        now.bytes.sha256 === sha256
      );
    };
    void asked.then(
      (signature) => {
        if (!counts()) return;
        set({ doing: null });
        submit(signature);
      },
      (error: unknown) => {
        if (counts()) set({ doing: null, typed: '', refusal: { error } });
      },
    );
  };

  const renew = () => {
    life.abort();
    wait.abort();
    life = new AbortController();
  };

  return {
    store,
    change,
    open: (operation) => {
      renew();
      store.setState(openedOn(operation, clock.now()), true);
      // One that runs or is over has been signed.
      if (operation.state === 'pending' || operation.state === 'approved') askBytes();
    },
    close: () => {
      if (store.getState() === null) return;
      renew();
      store.setState(null, true);
    },
    hear: (find) => {
      const view = store.getState();
      if (view !== null) hearOf(find(view.operation.id));
    },
    askBytes,
    listKeys,
    sign,
    giveUp,
    submit,
    run: (word) => {
      perform('run', async (call, id) => {
        const { operation } = await call('runOperation', { params: { id }, body: { confirm: word } });
        return operation;
      });
    },
    cancel: () => {
      perform('cancel', async (call, id) => {
        const { operation } = await call('cancelOperation', { params: { id }, body: {} });
        return operation;
      });
    },
  };
}

const noAgent = (code: SignerCode, message: string): ActionableError =>
  new ActionableError('refused', message, { code });

/** Only what the message itself says counts: it is read here, and its digest is counted here. */
async function understand(
  { message, signers, operation }: RouteAnswer<'bytesOperation'>,
  id: string,
): Promise<Bytes> {
  // Only whoever signs needs them; the first frame does not wait for schemas.
  const [{ parseApproval }, { plainSha256 }] = await Promise.all([
    import('../src/contracts/approval-payload.ts'),
    import('../src/base/digest.ts'),
  ]);
  const payload = parseApproval(message);
  if (payload === undefined) return { state: 'unfit', why: 'unreadable' };
  const { durable_id, fstype } = operation;
  if (payload.op_id !== id || payload.durable_id !== durable_id || payload.fstype !== fstype) {
    return { state: 'unfit', why: 'other' };
  }
  return {
    state: 'there',
    message,
    payload,
    sha256: plainSha256(message),
    expires: Date.parse(payload.expires),
    offline: operation.bytes?.offline ?? false,
    signers,
    outdated: false,
  };
}
