// Whether a person may start, stop or restart a container through the controller: what it made itself, and what
// says by its label that it lets itself be managed. Whether a word was typed is judged by whoever was asked.
import { CONTROLLER_CONTAINER, isServiceName, LABELS, OWNER } from '../../contracts/base-stack.ts';
import type { ListedContainer } from '../../clients/engine.ts';

/** `base`: of the base stack, protected. Otherwise why not. */
export function permitDeed(
  { id, name, labels }: Pick<ListedContainer, 'id' | 'name' | 'labels'>,
  selfId: string | null,
): 'base' | 'managed' | { readonly why: string; readonly hint: string } {
  if (id === selfId || name === CONTROLLER_CONTAINER)
    return {
      why: "it is the controller's own container",
      hint: 'its unit makes it (felhom-controller-bootstrap); to start it anew: docker restart felhom-controller',
    };
  if (isServiceName(name))
    return labels[LABELS.owner] === OWNER && labels[LABELS.service] === name
      ? 'base'
      : {
          why: `it is called ${name}, and the controller has not made it`,
          hint: 'rename or remove it by docker; the controller then makes its own',
        };
  return labels[LABELS.managed] === 'true'
    ? 'managed'
    : {
        why: 'the controller has not made it, and was not told to manage it',
        hint: `use docker, or give it the label ${LABELS.managed}=true`,
      };
}
