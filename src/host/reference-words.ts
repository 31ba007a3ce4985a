// How configuration files write which block device they mean: paths, UUID=…, LABEL=…, and the forms of
// their own. Pure.
import { decodeHexEscapes } from './hex-escapes.ts';
import type { ReferenceSource } from './device-references.ts';

export type ReferenceKind =
  | 'path'
  | 'number'
  | 'uuid'
  | 'label'
  | 'partuuid'
  | 'partlabel'
  | 'id'
  | 'array'
  | 'group'
  | 'pool'
  /** Where it is plugged in: the address of a controller; vendor and product; bus and ports. */
  | 'pci'
  | 'usb-id'
  | 'usb-port';
export type Reference = { readonly kind: ReferenceKind; readonly value: string; readonly text: string };
export type Placed = { readonly reference: Reference; readonly line: number; readonly section: string };

type Word = Omit<Reference, 'text'>;

export function readReferences(text: string, source: ReferenceSource): readonly Placed[] {
  const found: Placed[] = [];
  let section = '';
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    // What stands behind # in a guest's configuration is its description.
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    section = /^\[([^\]]+)\]$/.exec(line)?.[1] ?? section;
    const words = [...generalWords(line), ...(OWN_FORMS[source]?.(line) ?? [])];
    for (const word of words) {
      found.push({
        reference: { ...word, text: line.slice(0, MAX_TEXT) },
        line: index + 1,
        section: source === 'guest-config' ? section : '',
      });
    }
  }
  return found;
}

const MAX_TEXT = 200;
const WORD =
  /(?<![\w/])(?:(PARTUUID|PARTLABEL|UUID|LABEL)=(?:"([^"]*)"|'([^']*)'|([^\s,;"']+))|(\/dev\/[^\s,;"'()]+))/g;
const TAGS = {
  UUID: 'uuid',
  LABEL: 'label',
  PARTUUID: 'partuuid',
  PARTLABEL: 'partlabel',
} as const satisfies Record<string, ReferenceKind>;

function generalWords(line: string): readonly Word[] {
  const words: Word[] = [];
  for (const [, tag, inDouble, inSingle, bare, path] of line.matchAll(WORD)) {
    if (path !== undefined) words.push(...pathWords(decodeOctal(path)));
    const value = decodeOctal(inDouble ?? inSingle ?? bare ?? '');
    if (isTag(tag) && value !== '') words.push({ kind: TAGS[tag], value });
  }
  return words;
}

const isTag = (tag: string | undefined): tag is keyof typeof TAGS => tag !== undefined && tag in TAGS;

/** fstab(5) writes blanks so. */
const decodeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

const BY_FOLDERS: Readonly<Record<string, ReferenceKind>> = {
  'by-uuid': 'uuid',
  'by-label': 'label',
  'by-partuuid': 'partuuid',
  'by-partlabel': 'partlabel',
  'by-id': 'id',
};

/** A path, and what it says by itself: links are there only while udev makes them, and can lie. */
function pathWords(path: string): readonly Word[] {
  const words: Word[] = [{ kind: 'path', value: path }];
  const [, folder = '', name = ''] = /^\/dev\/disk\/(by-\w+)\/(.+)$/.exec(path) ?? [];
  const kind = BY_FOLDERS[folder];
  if (kind !== undefined) words.push({ kind, value: decodeHexEscapes(name) });
  const mapped = /^\/dev\/mapper\/(.+)$/.exec(path)?.[1];
  // The device mapper doubles the hyphens of a name, and puts one between group and volume.
  const group = mapped?.split(/(?<!-)-(?!-)/)[0]?.replaceAll('--', '-');
  if (group !== undefined && group !== mapped) words.push({ kind: 'group', value: group });
  const [, ofVolume] = /^\/dev\/([^/]+)\/[^/]+$/.exec(path) ?? [];
  if (ofVolume !== undefined && ofVolume !== 'mapper' && ofVolume !== 'disk') {
    words.push({ kind: 'group', value: ofVolume });
  }
  return words;
}

/**
 * Hardware that a virtual machine is given (qm.conf(5)): `hostpci0: 0000:03:00.0;04:00,pcie=1`,
 * `usb0: host=0781:5581`, `usb1: host=1-2.3`; and what is set aside for that, `map node=…,path=…,id=…`.
 */
function hardware(line: string): readonly Word[] {
  const [, what, rest = ''] = /^(hostpci\d+:|usb\d+:|map\s)\s*(.*)$/.exec(line) ?? [];
  if (what === undefined) return [];
  const values = rest.split(',').flatMap((part) => {
    const [, key = 'host', value = ''] = /^(?:(\w[\w-]*)=)?(.*)$/.exec(part) ?? [];
    return key === 'host' || key === 'path' || (key === 'id' && what.startsWith('map'))
      ? value.split(';')
      : [];
  });
  return values.flatMap((written): Word[] => {
    const value = written.trim().toLowerCase();
    if (/^\d+-\d+(?:\.\d+)*$/.test(value)) return [{ kind: 'usb-port', value }];
    if (/^(?:[0-9a-f]{4,}:)?[0-9a-f]{2}:[0-9a-f]{2}(?:\.[0-7])?$/.test(value)) {
      return [{ kind: 'pci', value: /^[0-9a-f]{4,}:/.test(value) ? value : `0000:${value}` }];
    }
    // Of a PCI device that is set aside this is its maker and model, which many have.
    return /^[0-9a-f]{4}:[0-9a-f]{4}$/.test(value) ? [{ kind: 'usb-id', value }] : [];
  });
}

const OWN_FORMS: { readonly [S in ReferenceSource]?: (line: string) => readonly Word[] } = {
  // A container that may use a device of this number (lxc.container.conf(5)).
  'guest-config': (line) => {
    const number = /^lxc\.cgroup2?\.devices\.allow\s*[:=]\s*[ab]\s+(\d+:\d+)\s/.exec(`${line} `)?.[1];
    return [...(number === undefined ? [] : [{ kind: 'number', value: number } as const]), ...hardware(line)];
  },
  'storage-config': (line) => {
    const [, key, value] = /^(vgname|pool)\s+(\S+)/.exec(line) ?? [];
    if (value === undefined) return [];
    // A dataset's pool is its first part.
    return key === 'vgname'
      ? [{ kind: 'group', value }]
      : [{ kind: 'pool', value: value.split('/')[0] ?? value }];
  },
  // Four groups of eight digits; blkid writes the same number as a UUID.
  'mdadm-config': (line) => {
    const uuid = /\bUUID=([0-9a-f]{8}(?::[0-9a-f]{8}){3})/i.exec(line)?.[1];
    return uuid === undefined ? [] : [{ kind: 'array', value: uuid.replaceAll(':', '').toLowerCase() }];
  },
};
