// Words about facts: why one is missing, how fresh it is, what a machine is. Hungarian.
import type { facts as english } from '../en/facts.ts';

export const facts = {
  'reason.no-file': 'itt nem elérhető',
  'reason.no-tool': 'az eszköz nincs telepítve',
  'reason.not-here': 'ilyen gépen nincs',
  'reason.no-permission': 'nincs jogosultság',
  'reason.not-regular': 'nem szabályos fájl',
  'reason.empty': 'üres',
  'reason.garbage': 'nem értelmezhető',
  'reason.too-large': 'túl nagy',
  'reason.timeout': 'nem válaszolt időben',
  'reason.hung': 'egy korábbi olvasás még vár',
  'reason.tool-failed': 'az eszköz hibát jelzett',
  'reason.no-answer': 'senki sem válaszol',
  'reason.io-error': 'nem olvasható',
  'reason.asleep': 'alszik, nem ébresztettük',
  'freshness.waiting': 'vár',
  'freshness.live': 'élő',
  'freshness.ageing': 'öregszik',
  'freshness.stale': 'elavult',
  'freshness.failed': 'hibás',
  'freshness.absent': 'itt nincs',
} as const satisfies Record<keyof typeof english, string>;
