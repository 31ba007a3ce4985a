// What can be wrong with what a guest is told: each as an issue of its health, in words that stay the same. No
// value of any file is in them, as any of them may be a secret.
import type { HubError, HubErrorKind } from '../../clients/hub.ts';
import type { PlanIssue } from '../plan/state.ts';

type Words = Pick<PlanIssue, 'text' | 'hint'> & { readonly level?: PlanIssue['level'] };

const issue = (
  code: string,
  subject: string,
  { text, hint, level = 'fail' }: Words,
  healsItself = false,
): PlanIssue => ({ code, level, subject, text, hint, healsItself });

export const noBootstrap = (path: string): PlanIssue =>
  issue('no-bootstrap', path, {
    text: `Nothing says whose guest this is: ${path} is not there`,
    hint: 'Mount the bootstrap folder of this guest on the host, then restart the guest.',
  });

export const badBootstrap = (path: string, why: string, configured: boolean): PlanIssue =>
  issue('bad-bootstrap', path, {
    text: `${path} cannot be used: ${why}`,
    hint: 'Provision this guest anew on the host, or correct the file; it is read again every few minutes.',
    // What was taken from it before goes on to count.
    level: configured ? 'warn' : 'fail',
  });

export const badConfig = (path: string, why: string, goesOn: boolean): PlanIssue =>
  issue('bad-configuration', path, {
    text: `${path} cannot be used: ${why}`,
    hint: goesOn
      ? 'Correct it: until then what was read before counts, and a restart would find nothing.'
      : 'Correct it, or move it away: then it is made anew from bootstrap.json and the hub. It is never overwritten.',
  });

export const notWritten = (path: string, why: string): PlanIssue =>
  issue(
    'configuration-not-written',
    path,
    {
      text: `${path} could not be written: ${why}`,
      hint: 'See that its folder has room and can be written.',
    },
    true,
  );

export const otherCustomer = (path: string, own: string, other: string): PlanIssue =>
  issue('other-customer', path, {
    text: `${path} is of customer ${own}, and bootstrap.json of ${other}`,
    hint: `If this guest is now ${other}'s, move ${path} away: it is made anew. Until then nothing is changed.`,
  });

/** What the link to the hub is called in every issue about it, so that one cause is told once. */
const HUB = 'hub';

export const hubOtherCustomer = (own: string): PlanIssue =>
  issue('hub-other-customer', HUB, {
    text: `The hub answered with another customer's configuration than that of ${own}; it is not used`,
    hint: 'Correct it at the hub.',
    level: 'warn',
  });

export const hubConfigInvalid = (why: string): PlanIssue =>
  issue('hub-configuration-invalid', HUB, {
    text: `The hub's configuration cannot be used: ${why}`,
    hint: 'Correct it at the hub; what was there before goes on to count.',
    level: 'warn',
  });

const HINTS = {
  unreachable:
    'See that this guest reaches the internet and that hub.url is right; it is tried again by itself.',
  timeout: 'See that this guest reaches the internet and that hub.url is right; it is tried again by itself.',
  'not-encrypted': 'Set hub.url to an address with https.',
  redirected: 'Set hub.url to the address where the hub itself answers.',
  'wrong-key-kind':
    "Set hub.api_key in bootstrap.json to the customer's key; the agent's configuration holds the host's.",
  'key-refused': "Set hub.api_key in bootstrap.json to the customer's key as the hub has it.",
  'no-such-customer': 'Make this customer at the hub, or correct customer.id.',
  refused: 'See what the hub has logged.',
  'too-large': 'See whether hub.url leads to the hub at all.',
  garbage: 'See whether hub.url leads to the hub at all.',
} as const satisfies Record<HubErrorKind, string>;

/** Its text says nothing of how often it was tried: it stays one issue. */
export function hubProblem(error: HubError): PlanIssue {
  const { kind } = error;
  const code =
    kind === 'wrong-key-kind'
      ? 'hub-key-wrong-kind'
      : kind === 'key-refused'
        ? 'hub-key-refused'
        : 'hub-unreachable';
  const text =
    kind === 'wrong-key-kind'
      ? "The hub refuses the key: it is a host's key, and the customer's is needed"
      : kind === 'key-refused'
        ? 'The hub refuses the key: it does not know it'
        : `The hub cannot be used: ${error.message}`;
  return issue(
    code,
    HUB,
    { text, hint: HINTS[kind], level: 'warn' },
    kind === 'unreachable' || kind === 'timeout',
  );
}
