// What the way to this guest's controller says, what it refuses where that is not as with the agent, and what
// the doctor finds of it. English.

export const controllerClient = {
  'source.no-controller': 'There is no sign of a controller on this machine.',
  'source.no-controller.hint':
    'It runs in a guest. Where its data lies elsewhere, name its socket: --controller PATH.',
  'controller.silent': 'The controller of this guest does not answer: {reason}.',
  'controller.silent.hint': 'See whether it runs: docker ps -a; docker logs --tail 50 felhom-controller.',
  'controller.closed.hint': 'Its socket is for root alone.',
  'controller.E_BAD_REQUEST':
    'The controller does not understand the request. Both may be of different versions: compare felhom --version on both sides.',
  'controller.E_TOKEN':
    'The API token is missing or wrong. It stands in api-token in the data folder of the controller.',
  'controller.E_NO_ROUTE':
    'The controller has no such address. Both may be of different versions: compare felhom --version on both sides.',
  'controller.E_WORD': 'The typed word is not the name of this container. Type it as the list shows it.',
  'controller.E_BUG':
    'The controller made a mistake. Its log says more: docker logs --tail 50 felhom-controller.',
  'controller.E_STORE':
    'The controller cannot write its ledger or memory, so nothing was done. Make room on the disk of its data folder, then try again.',
  'controller.E_NOT_READY': 'The controller is not ready for that yet. Try again in a moment.',
  'controller.E_PENDING_SIGNATURE':
    'There is data on the device, or it is in use. It can be formatted only with the signature of an operator, on the host; the request is kept there as a pending operation. Nothing was touched.',
  'option.controller': "the socket of this guest's controller, where it is not found by itself",
  'rule.controller-silent.title': 'Controller does not answer',
  'rule.controller-silent.what': 'The controller of this guest does not answer',
  'rule.controller-silent.evidence': '{place}: {code} {detail}',
  'rule.controller-silent.container': 'container {name}: {status}',
  'rule.controller-silent.cause':
    'It has stopped or hangs. Until it answers nobody brings back what stops in this guest, and nothing can be changed from here.',
  'rule.controller-silent.cure':
    'See why, then start it again: docker ps -a --filter name=felhom-controller; docker logs --tail 50 felhom-controller; docker start felhom-controller',
  'rule.base-stack.title': 'Base stack is not as it should be',
  'rule.base-stack.what': '{text}',
  'rule.base-stack.what.paused': '{name} is held down until {moment}',
  'rule.base-stack.issue': '{code}: {text}',
  'rule.base-stack.issue.again': '{code}: {text}; found by {count} looks in a row',
  'rule.base-stack.service': '{name}: {state}; {cause}',
  'rule.base-stack.pause': 'paused until {moment} by {who}: {reason}',
  'rule.base-stack.blocked': 'nothing is done meanwhile: {why}',
  'rule.base-stack.cause.heals': 'The controller knows it and mends it by itself, as far as it can.',
  'rule.base-stack.cause.stays': 'The controller found it, and cannot mend it by itself.',
  'rule.base-stack.cause.paused': 'Somebody holds it down on purpose; at the end of the pause it comes back.',
  'rule.base-stack.cure': 'See all of it with its causes: felhom base status; felhom base plan',
  'rule.base-stack.cure.heals': 'Look again in a minute: {hint}. See also: felhom base status',
  'rule.base-stack.cure.hint': '{hint}. See also: felhom base status',
  'rule.base-stack.cure.paused': 'When the work is done, let it go: felhom base resume {name}',
} as const;
