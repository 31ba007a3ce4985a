// How many terminal cells a text may take, by the beginning of its key; the longest beginning wins.
// What is not here may be as long as it likes: it wraps or is cut where it is shown.

export const textWidths: Readonly<Record<string, number>> = {
  'column.': 14,
  'footer.': 12,
  'freshness.': 14,
  'severity.': 14,
};
