// A line as plain text, without trailing spaces.
import { lineText, type Line } from './line.ts';

export const drawPlain = (line: Line): string => lineText(line).trimEnd();
