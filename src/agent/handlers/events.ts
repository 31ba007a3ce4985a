// `GET /events`: which subjects a caller follows, and from where on.
import { isSubject } from '../../contracts/all-facts.ts';
import type { EventHub } from '../../daemon/serve/event-hub.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { Streamed } from '../../daemon/serve/answer.ts';
import type { Caller, Handler } from '../handler.ts';
import type { Sampler } from '../sampler.ts';
import { subjectsFor } from './look.ts';
import type { Views } from '../views.ts';

export function createEventsHandler(tools: {
  readonly hub: EventHub<Caller>;
  readonly sampler: Sampler;
  readonly views: Views;
}): Handler<'events'> {
  return async ({ caller, query, header }) => {
    const allowed = Object.keys(subjectsFor(tools, caller)).filter(isSubject);
    const asked = query.subjects?.split(',').filter((name) => name !== '');
    const unknown = asked?.find((name) => !isSubject(name));
    if (unknown !== undefined) {
      throw new Refusal('E_BAD_REQUEST', `there is no subject ${JSON.stringify(unknown)}`, {
        hint: `possible: ${allowed.join(', ')}`,
      });
    }
    const denied = asked?.find((name) => !allowed.some((one) => one === name));
    if (denied !== undefined && caller.kind === 'guest') {
      throw new Refusal('E_FORBIDDEN', `${denied} is not for this caller`, {
        hint: `possible: ${allowed.join(', ')}`,
      });
    }
    // A subject that this agent does not have is left out: a newer client works with it all the same.
    const subjects = asked === undefined ? allowed : allowed.filter((one) => asked.includes(one));
    const open = tools.hub.follow({ caller, subjects, lastEventId: header('last-event-id') });
    return Promise.resolve(new Streamed(open));
  };
}
