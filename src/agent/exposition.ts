// Metrics as text, in both forms that Prometheus reads: its own 0.0.4, and OpenMetrics 1.0.0. They differ in
// how counters are named and in the last line.

export type Sample = {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
};
export type Family = {
  /** Without `_total`; the unit, when there is one, is its last word. */
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly unit?: 'bytes' | 'seconds' | 'celsius' | 'ratio';
  readonly samples: readonly Sample[];
};
export type Exposition = 'openmetrics' | 'text';

export const CONTENT_TYPES = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
} as const satisfies Record<Exposition, string>;

/** OpenMetrics for who asks for it by name; anything else is older. */
export const expositionFor = (accept: string | undefined): Exposition =>
  /application\/openmetrics-text/i.test(accept ?? '') ? 'openmetrics' : 'text';

export function formatFamilies(families: readonly Family[], form: Exposition): string {
  const lines = families
    .filter(({ samples }) => samples.length > 0)
    .flatMap((family) => {
      const sampleName = family.type === 'counter' ? `${family.name}_total` : family.name;
      const familyName = form === 'openmetrics' ? family.name : sampleName;
      return [
        `# HELP ${familyName} ${escapeHelp(family.help)}`,
        `# TYPE ${familyName} ${family.type}`,
        ...(form === 'openmetrics' && family.unit !== undefined
          ? [`# UNIT ${familyName} ${family.unit}`]
          : []),
        ...family.samples.map(({ labels, value }) => `${sampleName}${formatLabels(labels)} ${value}`),
      ];
    });
  return `${[...lines, ...(form === 'openmetrics' ? ['# EOF'] : [])].join('\n')}\n`;
}

function formatLabels(labels: Sample['labels']): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Names of disks and storages are foreign text: what is no printable character has no place in a label. */
const escapeLabel = (value: string): string =>
  value
    .replace(/[\p{C}\u2028\u2029]/gu, '?')
    .slice(0, 200)
    .toWellFormed()
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"');

const escapeHelp = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
