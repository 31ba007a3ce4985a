// What the unit that starts a guest's controller finds in its journal. English.

export const unit = {
  'command.controller-facts': 'what the unit of the controller asks felhom itself',
  'unit.bad-bootstrap': '{path} cannot be used: {why}',
  'unit.no-bootstrap': '{path} is not there: nobody has said whose guest this is.',
} as const;
