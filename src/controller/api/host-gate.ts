// By which names the API answers. A page of another web site can have a browser on this network ask by its
// own name, which it lets point here (DNS rebinding): such a name is none of ours, and nothing is here then.
import { CONTROLLER_CONTAINER } from '../../contracts/base-stack.ts';
import type { ControllerConfig } from '../../contracts/controller-config.ts';

const ALWAYS = ['localhost', '127.0.0.1', '[::1]', CONTROLLER_CONTAINER] as const;
const PORT = /:\d{1,5}$/;

/** `container`: the name of the container that it runs in, where another one was given. */
export function ownNames(config: ControllerConfig | null, container?: string): ReadonlySet<string> {
  const names: string[] = [...ALWAYS];
  if (container !== undefined) names.push(container.toLowerCase());
  if (config !== null) {
    const { domain, id } = config.customer;
    names.push(id);
    if (domain !== null && domain !== undefined && domain !== '') names.push(`felhom.${domain}`);
  }
  return new Set(names);
}

/** Whether a Host header names us, with or without a port. */
export const isOwnName = (host: string | undefined, names: ReadonlySet<string>): boolean =>
  host !== undefined && names.has(host.toLowerCase().replace(PORT, ''));
