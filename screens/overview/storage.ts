// How full the file systems are, the worst first, and on Proxmox its storages.
import { tellMissing } from '../../src/base/texts/tell-missing.ts';
import { formatBytes, formatShare } from '../../src/base/units.ts';
import type { Filesystem } from '../../src/contracts/facts/filesystems.ts';
import { gauge } from '../draw/glyphs.ts';
import { fit } from '../../src/base/cells.ts';
import { segment, type Line, type Tone } from '../draw/line.ts';
import { freshnessNote, lastFacts, toneOfRules, type Model } from '../draw/model.ts';
import { more, type Panel } from './panel.ts';

const FILESYSTEMS_SHOWN = 8;
const STORAGES_SHOWN = 6;
const GAUGE_WIDTH = 10;

export const storagePanel: Panel = {
  title: 'overview.storage',
  opens: 'disks',
  side: 'right',
  lines: (model, width) => {
    const note = freshnessNote(model, 'filesystems');
    const facts = lastFacts(model, 'filesystems');
    const nameWidth = Math.max(8, width - 42);
    const all = (facts?.filesystems ?? []).map((filesystem) => ({
      filesystem,
      tone: toneOf(model, filesystem, facts?.filesystems ?? []),
    }));
    const worstFirst = all.toSorted((a, b) => rankOf(b) - rankOf(a));
    const lines = worstFirst.slice(0, FILESYSTEMS_SHOWN).map(({ filesystem, tone }): Line => {
      const { mount_point: name, fill } = filesystem;
      if (fill.state !== 'ok')
        return [nameOf(name, nameWidth), segment(` ${tellMissing(model.text, fill)}`, 'bad')];
      return fillLine(model, name, nameWidth, fill.value.used_share, fill.value.available_bytes, tone);
    });
    return [
      ...lines,
      ...more(model, worstFirst.length - FILESYSTEMS_SHOWN),
      ...(note === undefined ? [] : [[note]]),
      ...storages(model, nameWidth),
    ];
  },
};

type Toned = { readonly filesystem: Filesystem; readonly tone: Tone };

const TONE_RANK: { readonly [T in Tone]?: number } = { bad: 4, warn: 3 };

/** What cannot be read comes first, as it may be worse than full; images, which are always full, last. */
function rankOf({ filesystem: { fill, read_only }, tone }: Toned): number {
  if (fill.state !== 'ok') return 5;
  return (TONE_RANK[tone] ?? (read_only ? 0 : 1)) + fill.value.used_share;
}

/** The doctor names a device by one of its mounts; what it says holds for all of them. */
function toneOf(model: Model, { device_number }: Filesystem, all: readonly Filesystem[]): Tone {
  const mounts = all.filter((other) => other.device_number === device_number);
  return toneOfRules(model, ['disk-full', 'inodes'], (subject) =>
    mounts.some(({ mount_point }) => mount_point === subject),
  );
}

/** Proxmox's storages; on other machines there are none, and nothing is said. */
function storages(model: Model, nameWidth: number): readonly Line[] {
  const all = lastFacts(model, 'proxmox')?.storages.filter((storage) => storage.enabled) ?? [];
  if (all.length === 0) return [];
  const note = freshnessNote(model, 'proxmox');
  const lines = all.slice(0, STORAGES_SHOWN).map((storage): Line => {
    if (!storage.active)
      return [nameOf(storage.name, nameWidth), segment(` ${model.text('overview.inactive')}`, 'bad')];
    const { size_bytes: size, used_bytes: used, available_bytes: free } = storage;
    if (size === null || used === null || free === null || size === 0) {
      return [nameOf(storage.name, nameWidth), segment(` ${storage.type}`, 'dim')];
    }
    // No rule looks at these: what is ill with one shows in its pool or file system.
    return fillLine(model, storage.name, nameWidth, used / size, free, 'plain');
  });
  return [
    [segment('Proxmox', 'dim')],
    ...lines,
    ...more(model, all.length - STORAGES_SHOWN),
    ...(note === undefined ? [] : [[note]]),
  ];
}

const nameOf = (name: string, width: number) => segment(fit(segment(name).text, width));

function fillLine(
  model: Model,
  name: string,
  nameWidth: number,
  share: number,
  freeBytes: number,
  tone: Tone,
): Line {
  const { language } = model.text;
  return [
    nameOf(name, nameWidth),
    segment(` ${gauge(share, GAUGE_WIDTH, model.glyphs)}`, tone === 'plain' ? 'info' : tone),
    segment(fit(formatShare(share, language), 7, 'right'), tone),
    segment(` ${model.text('overview.free', { free: formatBytes(freeBytes, language) })}`, 'dim'),
  ];
}
