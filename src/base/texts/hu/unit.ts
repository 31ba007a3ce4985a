// Amit a vendég vezérlőjét indító szolgáltatás a naplójában talál. Magyar.

export const unit = {
  'command.controller-facts': 'amit a vezérlőt indító szolgáltatás a felhomtól kérdez',
  'unit.bad-bootstrap': '{path} nem használható: {why}',
  'unit.no-bootstrap': '{path} nincs meg: senki sem mondta meg, kié ez a vendég.',
} as const;
