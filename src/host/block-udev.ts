// What udev knows of a block device, from its database below /run/udev/data (one file a device).
import { decodeHexEscapes } from './hex-escapes.ts';

export type UdevRecord = {
  readonly properties: ReadonlyMap<string, string>;
  /** Names below /dev/disk/by-id that the device claims. */
  readonly byIdLinks: readonly string[];
};

export const UDEV_FOLDER = '/run/udev/data';

/** The record's file name in that folder. */
export const udevName = (deviceNumber: string): string => `b${deviceNumber}`;

const BY_ID = 'disk/by-id/';

export function parseUdevRecord(text: string): UdevRecord {
  const properties = new Map<string, string>();
  const byIdLinks: string[] = [];
  for (const line of text.split('\n')) {
    const value = line.slice(2);
    if (line.startsWith('S:') && value.startsWith(BY_ID)) byIdLinks.push(value.slice(BY_ID.length));
    if (!line.startsWith('E:')) continue;
    const equals = value.indexOf('=');
    if (equals > 0) properties.set(value.slice(0, equals), value.slice(equals + 1));
  }
  return { properties, byIdLinks };
}

const tidy = (text: string | undefined): string | undefined => {
  const line = text?.replace(/\s+/g, ' ').trim();
  return line === '' ? undefined : line;
};

/** Model and serial by the same choice among udev's properties as lsblk(8) makes. */
export const udevModel = ({ properties }: UdevRecord): string | undefined =>
  tidy(decodeHexEscapes(properties.get('ID_MODEL_ENC') ?? '')) ?? tidy(properties.get('ID_MODEL'));

export const udevSerial = ({ properties }: UdevRecord): string | undefined =>
  tidy(
    properties.get('SCSI_IDENT_SERIAL') ??
      properties.get('ID_SCSI_SERIAL') ??
      properties.get('ID_SERIAL_SHORT') ??
      properties.get('ID_SERIAL'),
  );

/** The label as it is on the disk: it may hold anything. */
export const udevLabel = ({ properties }: UdevRecord): string | undefined => {
  const encoded = properties.get('ID_FS_LABEL_ENC');
  return encoded === undefined ? properties.get('ID_FS_LABEL') : decodeHexEscapes(encoded);
};
