// What is wrong, in words that stay the same as long as it is: a hub groups by code and text. What changes (times,
// counts, messages of Docker) stands in the hint.
import type { ConfigKey } from '../../contracts/base-stack.ts';
import type { BasePause } from '../../contracts/facts/base-stack.ts';
import type { PlanIssue } from './state.ts';

export const notRunning = (service: string, hint: string | null, healsItself: boolean): PlanIssue => ({
  code: 'protected-not-running',
  level: 'fail',
  subject: service,
  text: `Protected container not running: ${service}`,
  hint,
  healsItself,
});

export const crashLoop = (service: string, deaths: number, exitCode: number | null): PlanIssue => ({
  code: 'crash-loop',
  level: 'fail',
  subject: service,
  text: `Protected container keeps dying: ${service}`,
  hint: `It died ${deaths} times${exitCode === null ? '' : `, the last time with code ${exitCode}`}; its log says why.`,
  healsItself: false,
});

export const nameConflict = (service: string, containerId: string): PlanIssue => ({
  code: 'name-conflict',
  level: 'fail',
  subject: service,
  text: `A container that is not ours is called ${service}`,
  hint: `Rename or remove the container ${containerId.slice(0, 12)}; the controller does not touch it.`,
  healsItself: false,
});

export const networkConflict = (network: string, networkId: string): PlanIssue => ({
  code: 'network-conflict',
  level: 'fail',
  subject: network,
  text: `A network that is not ours is called ${network}`,
  hint: `Remove the network ${networkId.slice(0, 12)}; the controller does not touch it, and makes its own.`,
  healsItself: false,
});

export const paused = (service: string, { reason, by }: BasePause): PlanIssue => ({
  code: 'paused',
  level: 'warn',
  subject: service,
  text: `Protected container paused: ${service}`,
  hint: `${by ?? 'Somebody'} paused it: ${reason}. It comes back by itself at the pause's end.`,
  healsItself: true,
});

export const notConfigured = (
  service: string,
  keys: readonly ConfigKey[],
  stillThere: boolean,
): PlanIssue => ({
  code: 'not-configured',
  level: 'warn',
  subject: service,
  text: `Not configured: ${service} needs ${keys.join(', ')}`,
  hint: `Set ${keys.join(', ')} in the customer's configuration at the hub, or in controller.yaml.${
    stillThere ? ' The container that is there keeps what it was made with.' : ''
  }`,
  healsItself: false,
});

export const lackingKeys = (service: string, keys: readonly ConfigKey[]): PlanIssue => ({
  code: 'lacking-keys',
  level: 'warn',
  subject: service,
  text: `Runs with less: ${service} lacks ${keys.join(', ')}`,
  hint: `Set ${keys.join(', ')} in the customer's configuration at the hub, or in controller.yaml.`,
  healsItself: false,
});

export const configRefused = (service: string, why: string, stillRuns: boolean): PlanIssue => ({
  code: 'config-refused',
  level: stillRuns ? 'warn' : 'fail',
  subject: service,
  text: `Configuration refused: ${service}`,
  hint: `${why}.`,
  healsItself: false,
});

export const rolledBack = (service: string, image: string, why: string): PlanIssue => ({
  code: 'rolled-back',
  level: 'warn',
  subject: service,
  text: `New version taken back: ${service}`,
  hint: `${image} did not run: ${why}. It is tried again with another configuration, or by "base apply".`,
  healsItself: false,
});

export const stepFailed = (subject: string, why: string): PlanIssue => ({
  code: 'step-failed',
  level: 'warn',
  subject,
  text: `A step failed: ${subject}`,
  hint: `${why}. It is tried again by itself.`,
  healsItself: true,
});

export const stacksFolderWrong = (why: string): PlanIssue => ({
  code: 'stacks-folder-wrong',
  level: 'fail',
  subject: '',
  text: 'The stacks folder is not the right one',
  hint: `${why}. Nothing is made or started on it, so that no service begins with empty data. Mount the right one in the guest, then: systemctl restart felhom-controller-bootstrap`,
  healsItself: false,
});

export const strayContainer = (name: string): PlanIssue => ({
  code: 'stray-container',
  level: 'warn',
  subject: name,
  text: `A container with our labels has a name that is not ours: ${name}`,
  hint: 'It is left alone; remove it when nobody needs it.',
  healsItself: false,
});
