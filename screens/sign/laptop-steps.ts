// The commands of way A, ready for whoever sits at the laptop: nothing is forwarded, and what is read is
// what is signed.
import { signCommand } from '../../src/contracts/sign-by-hand.ts';
import { lastFacts } from '../draw/model.ts';
import type { Session } from '../session.ts';

/** Where an operator's key usually is. */
export const SIGN_COMMAND = signCommand('~/.ssh/id_ed25519');

/** What needs no quoting: whatever else a machine or a person is called, people write it themselves. */
const isName = (name: string | undefined): name is string =>
  name !== undefined && /^[\w.:%][\w.:%-]*$/.test(name);

export type LaptopSteps = {
  readonly lines: readonly string[];
  /** What is copied at once: to get and read the bytes, and to sign them and hand them in. */
  readonly halves: readonly [string, string];
};

export function laptopSteps({ login, model }: Session, id: string): LaptopSteps {
  const host = [login.address, lastFacts(model(), 'identity')?.hostname].find(isName) ?? 'HOST';
  const port = login.port === undefined ? '' : `-p ${login.port} `;
  const at = `${isName(login.user) ? login.user : 'USER'}@${host}`;
  const felhom = `ssh ${port}${at} ${login.sudo ? 'sudo felhom' : 'felhom'}`;
  const get = `${felhom} op bytes ${id} > op.json`;
  const read = 'cat op.json';
  const submit = `${felhom} op submit ${id} < op.json.sig`;
  return {
    lines: [get, read, SIGN_COMMAND, submit],
    halves: [`${get} && ${read}`, `${SIGN_COMMAND} && ${submit}`],
  };
}
