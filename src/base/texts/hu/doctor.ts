// What the doctor's findings say. Hungarian.
import type { doctor as english } from '../en/doctor.ts';

export const doctor = {
  'severity.warn': 'figyelmeztetés',
} as const satisfies Record<keyof typeof english, string>;
