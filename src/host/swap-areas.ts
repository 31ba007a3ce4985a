// Swap areas on devices, by device number where their path leads to one: names change and lie.
import type { Machine } from './machine.ts';
import type { Survey } from './survey.ts';
import { failed } from '../contracts/reading.ts';

export type SwapArea = {
  readonly path: string;
  readonly deviceNumber: string | null;
  readonly where: string;
};

const TABLE = '/proc/swaps';

export async function readSwapAreas(machine: Machine): Promise<Survey<SwapArea>> {
  const text = await machine.readText(TABLE);
  if (text.state !== 'ok') return { found: [], unread: text.state === 'failed' ? [text] : [] };
  const rows = text.value.split('\n').filter((line) => line !== '');
  if (!/^Filename\s+Type/.test(rows[0] ?? '')) {
    return { found: [], unread: [failed('garbage', TABLE, text.at, rows[0])] };
  }
  const found: SwapArea[] = [];
  for (const row of rows.slice(1)) {
    const [escaped = '', type] = row.split(/\s+/);
    if (type !== 'partition') continue;
    const path = escaped.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const numbers = await machine.readNumbers(path);
    found.push({
      path,
      deviceNumber: numbers.state === 'ok' ? numbers.value.deviceNumber : null,
      where: TABLE,
    });
  }
  return { found, unread: [] };
}
