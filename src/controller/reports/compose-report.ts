// What the controller reports of itself, to the host's agent and to the hub. Pure. The name that it reports is its
// customer's id: a container's id, which changes with each of them, tells nobody whose guest it is.
import type { BaseStackFacts } from '../../contracts/facts/base-stack.ts';
import type { GuestReport } from '../../contracts/facts/guests.ts';
import type { HubReport } from '../../contracts/hub.ts';

const MAX_ISSUES = 100;
const MAX_TEXT = 500;
const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text);

export function composeGuestReport(base: BaseStackFacts): GuestReport {
  const { controller, status, issues, services } = base;
  return {
    status,
    issues: issues.slice(0, MAX_ISSUES).map(({ text }) => cut(text)),
    controller_version: controller.version,
    hostname: controller.hostname,
    guest_hostname: controller.guest_hostname,
    customer_id: controller.customer_id,
    services: services.map(({ name, state, cause }) => ({
      name,
      state,
      cause: cause === null ? null : cut(cause),
    })),
  };
}

/** Nothing while nobody says whose guest this is. */
export function composeHubReport(base: BaseStackFacts, at: number): HubReport | undefined {
  const { customer_id: id, generation } = base.controller;
  if (id === null) return undefined;
  return { ...composeGuestReport(base), customer_id: id, hostname: id, generation, at };
}

/** What is reported soon after it changed; causes count seconds, and wait for the next turn. */
export const newsIn = ({ status, issues, services, customer_id }: GuestReport): string =>
  JSON.stringify([status, issues, services.map(({ name, state }) => [name, state]), customer_id]);
