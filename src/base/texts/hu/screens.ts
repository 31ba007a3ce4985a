// What the screens say. Hungarian.
import type { screens as english } from '../en/screens.ts';

export const screens = {
  'screen.overview': 'Áttekintés',
} as const satisfies Record<keyof typeof english, string>;
