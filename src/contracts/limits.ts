// What a person may ask for, as the server judges it and every face says it before.

/** How long a protected container may be held down, and how long its reason is. */
export const PAUSE = { maxMinutes: 1440, minReason: 3, maxReason: 200 } as const;

/** The most lines of a log that are asked for at once. */
export const MAX_TAIL = 5000;
