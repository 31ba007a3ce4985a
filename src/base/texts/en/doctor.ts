// What the doctor's findings say. English.

export const doctor = {
  'severity.warn': 'warning',
} as const;
