// What the screens say. English.

export const screens = {
  'screen.overview': 'Overview',
} as const;
