// When a key is nobody's answer: it was on its way before the question could be read.
import { layoutOf } from '../layout.ts';
import type { Session } from '../session.ts';

/** Keys that were on their way before the question could be read are nobody's answer. */
export const DEAF_MS = 400;

/** The frame with the question is still on its way, or the terminal is too small for it. */
export const isUnseen = (session: Session): boolean =>
  session.isBehind?.() === true || layoutOf(session.size()).frame === 'none';
