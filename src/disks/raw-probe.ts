// Looks at a block device itself: who it is, whether somebody holds it, and pieces of its content. In a
// child that can be killed, as opening or reading a sick disk may never come back; in Perl, which is on
// every Debian and is there in three milliseconds.
import { failed, ok, type Reading } from '../contracts/reading.ts';
import type { Machine } from '../host/machine.ts';
import { toolFailed, toolMissing } from '../host/tool-missing.ts';

export type Piece = { readonly offset: number; readonly length: number };
export type ReadPiece = Piece & {
  /** Null when every byte is zero. */
  readonly bytes: Buffer | null;
};

export type RawProbe = {
  /** What the node is; `errno` when it could not be opened at all. */
  readonly opened: { readonly number: string | null } | { readonly errno: number };
  readonly sizeBytes: number | null;
  readonly sectorBytes: number | null;
  readonly readOnly: boolean | null;
  /** Null when it was not tried. `busy`: somebody holds it exclusively, at every try for half a second. */
  readonly exclusive: 'free' | 'busy' | { readonly errno: number } | null;
  /** The device that a loop device lies on. */
  readonly loopOn: string | null;
  readonly flushErrno: number | null;
  readonly pieces: readonly ReadPiece[];
  readonly readErrors: readonly { readonly offset: number; readonly errno: number }[];
};

export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ENXIO: 6,
  EACCES: 13,
  EBUSY: 16,
  ENODEV: 19,
  ENOMEDIUM: 123,
} as const;

/** Answers in lines. Numbers of ioctl(2) are those of linux/fs.h and linux/loop.h. */
const SCRIPT = String.raw`
use strict; use warnings; use Fcntl;
$| = 1;
my ($path, $flush, $exclusive, @pieces) = @ARGV;
my $file;
if (!sysopen($file, $path, O_RDONLY | O_NONBLOCK | O_NOCTTY)) { print "errno ", $! + 0, "\n"; exit 0; }
sub device { my $d = shift;
  return (($d >> 8 & 0xfff) | ($d >> 32 & ~0xfff)) . ":" . (($d & 0xff) | ($d >> 12 & ~0xff)); }
my @stat = stat($file);
if (!-b _) { print "number none\n"; exit 0; }
print "number ", device($stat[6]), "\n";
my $word = pack("Q", 0);
print "size ", unpack("Q", $word), "\n" if ioctl($file, 0x80081272, $word);
my $int = pack("i", 0);
print "readonly ", unpack("i", $int), "\n" if ioctl($file, 0x125e, $int);
$int = pack("i", 0);
print "sector ", unpack("i", $int), "\n" if ioctl($file, 0x1268, $int);
my $loop = "\0" x 232;
if ($stat[6] >> 8 == 7 && ioctl($file, 0x4c05, $loop)) {
  my $on = (unpack("QQQ", $loop))[2];
  print "loopon ", device($on), "\n" if $on != 0;
}
if ($flush) { print "flusherrno ", $! + 0, "\n" if !ioctl($file, 0x1261, 0); }
if ($exclusive) {
  my $state;
  for my $try (1 .. 6) {
    my $held;
    if (sysopen($held, $path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_EXCL)) { close($held); $state = "free"; last; }
    $state = $! + 0;
    last if $state != 16;
    select(undef, undef, undef, 0.1);
  }
  print "exclusive $state\n";
}
for my $piece (@pieces) {
  my ($offset, $length) = split(/:/, $piece);
  my $bytes = "";
  my $errno;
  sysseek($file, $offset, 0);
  while (length($bytes) < $length) {
    my $got = sysread($file, $bytes, $length - length($bytes), length($bytes));
    if (!defined $got) { $errno = $! + 0; last; }
    if ($got == 0) { $errno = 61; last; }
  }
  if (defined $errno) { print "readerrno $offset $errno\n"; next; }
  print "piece $offset $length ", ($bytes =~ /[^\0]/ ? unpack("H*", $bytes) : "zero"), "\n";
}
print "end\n";
`;

export async function probeRaw(
  machine: Machine,
  options: {
    readonly path: string;
    /** Writes out and forgets what the kernel keeps of it: what was written by another path is seen then. */
    readonly flush: boolean;
    readonly exclusive: boolean;
    readonly pieces: readonly Piece[];
    readonly deadlineMs: number;
    readonly signal: AbortSignal;
  },
): Promise<Reading<RawProbe>> {
  const { path, flush, exclusive, pieces, deadlineMs, signal } = options;
  const source = `open ${path}`;
  const at = machine.clock.now();
  const words = pieces.map(({ offset, length }) => `${offset}:${length}`);
  const result = await machine.runTool({
    file: 'perl',
    args: ['-e', SCRIPT, '--', machine.locate(path), flush ? '1' : '', exclusive ? '1' : '', ...words],
    deadlineMs,
    maxBytes: 16 * 1024 * 1024,
    signal,
  });
  if (result.state === 'missing') return failed('no-tool', 'perl', at);
  if (result.state !== 'ended') return toolMissing(result, source, at);
  if (result.code !== 0) return toolFailed(result.stderr, source, at);
  const probe = parseRaw(result.stdout, pieces, exclusive);
  return probe === undefined ? failed('garbage', source, at) : ok(probe, source, machine.clock.now());
}

function parseRaw(text: string, asked: readonly Piece[], exclusiveAsked: boolean): RawProbe | undefined {
  const values = new Map<string, string>();
  const pieces: ReadPiece[] = [];
  const readErrors: { offset: number; errno: number }[] = [];
  for (const line of text.split('\n')) {
    const [key = '', ...rest] = line.split(' ');
    if (key === 'piece') {
      const piece = parsePiece(rest);
      if (piece === undefined) return undefined;
      pieces.push(piece);
    } else if (key === 'readerrno') {
      readErrors.push({ offset: Number(rest[0]), errno: Number(rest[1]) });
    } else if (key !== '') values.set(key, rest.join(' '));
  }
  const nothing = {
    sizeBytes: null,
    sectorBytes: null,
    readOnly: null,
    exclusive: null,
    loopOn: null,
    flushErrno: null,
    pieces,
    readErrors,
  };
  const errno = values.get('errno');
  if (errno !== undefined) return { opened: { errno: Number(errno) }, ...nothing };
  const number = values.get('number');
  if (number === undefined) return undefined;
  if (number === 'none') return { opened: { number: null }, ...nothing };
  // Cut off before its last word: nothing of it may pass for the whole.
  if (!values.has('end') || pieces.length + readErrors.length !== asked.length) return undefined;
  const exclusive = values.get('exclusive');
  if (exclusiveAsked && exclusive === undefined) return undefined;
  return {
    opened: { number },
    sizeBytes: numberOf(values.get('size')),
    sectorBytes: numberOf(values.get('sector')),
    readOnly: values.has('readonly') ? values.get('readonly') !== '0' : null,
    exclusive: exclusive === undefined ? null : exclusiveOf(exclusive),
    loopOn: values.get('loopon') ?? null,
    flushErrno: numberOf(values.get('flusherrno')),
    pieces,
    readErrors,
  };
}

const numberOf = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null;

function exclusiveOf(text: string): RawProbe['exclusive'] {
  if (text === 'free') return 'free';
  return Number(text) === ERRNO.EBUSY ? 'busy' : { errno: Number(text) };
}

function parsePiece([offset, length, content]: readonly string[]): ReadPiece | undefined {
  if (offset === undefined || length === undefined || content === undefined) return undefined;
  const piece = { offset: Number(offset), length: Number(length) };
  if (content === 'zero') return { ...piece, bytes: null };
  const bytes = Buffer.from(content, 'hex');
  return bytes.length === piece.length ? { ...piece, bytes } : undefined;
}
