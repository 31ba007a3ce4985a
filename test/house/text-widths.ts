// How many terminal cells a text may take, by the beginning of its key; the longest beginning wins.
// What is not here may be as long as it likes: it wraps or is cut where it is shown.

export const textWidths: Readonly<Record<string, number>> = {
  'column.': 14,
  'footer.': 12,
  'freshness.': 14,
  'severity.': 14,
  'verdict.': 10,
  'smart.': 14,
  'device.': 9,
  'pinned.': 9,
  'tab.': 14,
  'field.': 15,
  'word.': 10,
  'screen.': 12,
  'op.state.': 12,
  'signal-class.': 12,
  'guest-status.': 10,
  'overview.cpu': 12,
  'overview.load': 12,
  'overview.memory': 12,
  'overview.available': 12,
  'overview.temperature': 12,
  'overview.pressure': 12,
  'overview.network': 12,
  'overview.disks': 12,
  'overview.uptime': 12,
};
