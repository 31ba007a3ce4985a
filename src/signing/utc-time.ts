// Times as OpenSSH writes them, in UTC only: without the Z they would mean another moment on another host.

const TIME = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z$/;

/** Milliseconds since the epoch; nothing for what is no such moment. */
export function parseUtc(time: string): number | undefined {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = TIME.exec(time) ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const at = Date.parse(iso);
  // February 30 is none, and the epoch itself means "never" to ssh-keygen.
  return Number.isFinite(at) && at > 0 && new Date(at).toISOString() === iso ? at : undefined;
}

/** To the second. */
export const formatUtc = (at: number): string => new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
