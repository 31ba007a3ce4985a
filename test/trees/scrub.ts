// Replaces what names one machine or its people in recorded text: serials, addresses, identifiers,
// host names, programs, mount points. The same word gets the same substitute in every file.

export type Scrubber = {
  /** Keeps words that must not be shown, as the file at `path` tells them. */
  readonly learn: (path: string, text: string) => void;
  readonly scrub: (path: string, text: string) => string;
};

const HOSTNAME = 'recorded';
/** Files whose whole content is one name. */
const NAMES = /\/(serial|wwid|uuid|boot_id|cid|subsysnqn)$/;
const MAC = /\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/gi;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
const IPV4 = /\b(?!127\.|0\.)(?:\d{1,3}\.){3}\d{1,3}\b/g;
const WWN = /\b(?:0x|wwn-0x|eui\.|naa\.)[0-9a-f]{16,32}\b/gi;

export function createScrubber(): Scrubber {
  const names = new Map<string, string>();
  const substitutes = new Map<string, string>();
  const substitute = (kind: string, word: string, make: (index: number) => string): string => {
    const key = `${kind} ${word.toLowerCase()}`;
    const known = substitutes.get(key);
    if (known !== undefined) return known;
    const index = [...substitutes.keys()].filter((other) => other.startsWith(`${kind} `)).length + 1;
    const made = make(index);
    substitutes.set(key, made);
    return made;
  };
  const general = (text: string): string => {
    let result = text;
    for (const [word, made] of names) result = result.replaceAll(word, made);
    return result
      .replace(UUID, (word) =>
        substitute('uuid', word, (index) => `00000000-0000-4000-8000-${pad(index, 12)}`),
      )
      .replace(MAC, (word) =>
        /^(00:){5}00$/.test(word)
          ? word
          : substitute('mac', word, (index) => `02:00:00:00:00:${pad(index, 2)}`),
      )
      .replace(WWN, (word) => substitute('wwn', word, (index) => `0x5000000000${pad(index, 6)}`))
      .replace(IPV4, (word) => substitute('ip', word, (index) => `192.0.2.${index}`));
  };
  const program = (word: string): string => substitute('program', word, (index) => `program-${index}`);
  return {
    learn: (path, text) => {
      const word = text.trim();
      if (NAMES.test(path) && word.length >= 4) names.set(word, general(inventName(word)));
      for (const [, serial] of text.matchAll(/^E:ID_(?:SERIAL_SHORT|SERIAL|WWN)=(\S{4,})$/gm)) {
        if (serial !== undefined) names.set(serial, general(inventName(serial)));
      }
      if (path === '/proc/sys/kernel/hostname' && word.length >= 4) names.set(word, HOSTNAME);
    },
    scrub: (path, text) => {
      if (path === '/proc/sys/kernel/hostname') return `${HOSTNAME}\n`;
      if (/^\/proc\/[^/]+\/stat$/.test(path)) return scrubProcess(text, program);
      if (/^\/proc\/[^/]+\/status$/.test(path))
        return text.replace(/^Name:.*$/m, 'Name:\tnode').replace(/\nGroups:.*/, '');
      if (/^\/proc\/[^/]+\/cgroup$/.test(path)) return text.replaceAll(/[^/:\n]+(?=\/|$)/gm, knownGroup);
      if (path === '/proc/self/mountinfo')
        return text
          .split('\n')
          .map((line) => scrubMount(general(line), substitute))
          .join('\n');
      if (path.endsWith('/backing_file'))
        return `/var/lib/images/${substitute('image', text, (index) => `${index}.img`)}\n`;
      return general(text);
    },
  };

  /** As long and of the same letters and digits, so that it parses alike. */
  function inventName(word: string): string {
    if (/^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(word)) return word;
    const index = names.size + 1;
    return word.replace(/[A-Za-z0-9]+$/, (tail) => `S${pad(index, Math.max(4, tail.length - 1))}`);
  }
}

const pad = (index: number, width: number): string => String(index).padStart(width, '0');

/** Programs that say nothing about whose machine it is; the kernel's threads (children of 2) stay too. */
const KNOWN_PROGRAMS =
  /^(systemd.*|\(sd-pam\)|init|bash|sh|sshd|cron|node|node-MainThread|dockerd|containerd.*|agetty|dbus-daemon|chronyd|rsyslogd|pve.*|pmxcfs|lxc.*|lxcfs|kvm|qemu.*|zed|smartd|login|sudo)$/;
const PARENT_FIELD = 1;
const FIRST_ADDRESS_FIELD = 23;

function scrubProcess(text: string, program: (word: string) => string): string {
  const close = text.lastIndexOf(') ');
  const open = text.indexOf(' (');
  if (close < 0 || open < 0) return text;
  const fields = text
    .slice(close + 2)
    .trim()
    .split(' ');
  const pid = text.slice(0, open);
  const name = text.slice(open + 2, close);
  const kernels = pid === '2' || fields[PARENT_FIELD] === '2';
  const shown = kernels || KNOWN_PROGRAMS.test(name) ? name : program(name);
  return `${pid} (${shown}) ${fields.map((field, index) => (index < FIRST_ADDRESS_FIELD ? field : '0')).join(' ')}\n`;
}

const GROUP =
  /^(\d+|name=systemd|[a-z_]+|[^/]+\.(slice|service|scope)|docker|lxc(\.monitor|\.payload)?(\.\d+)?|[0-9a-f]{64}|ns)$/;
const knownGroup = (word: string): string => (GROUP.test(word) && !word.includes('_') ? word : 'group');

const USUAL_PLACES = /^\/($|proc|sys|dev|run|boot|tmp|var|etc|srv|home|rpool)/;

function scrubMount(
  line: string,
  substitute: (kind: string, word: string, make: (index: number) => string) => string,
): string {
  const [left, right] = line.split(' - ', 2);
  if (left === undefined || right === undefined) return line;
  const fields = left.split(' ');
  const point = fields[4] ?? '/';
  if (!USUAL_PLACES.test(point)) fields[4] = substitute('mount', point, (index) => `/mnt/place-${index}`);
  const [fsType = '', source = '', options = ''] = right.split(' ');
  const plain =
    source.startsWith('/dev/') ||
    source === fsType ||
    ['none', 'tmpfs', 'proc', 'sysfs', 'udev'].includes(source);
  const shown = plain ? source : substitute('source', source, (index) => `source-${index}`);
  // An overlay's options are a list of folders.
  return `${fields.join(' ')} - ${fsType} ${shown} ${fsType === 'overlay' ? 'rw' : options}`;
}
