// What commands write: lines for people, in which foreign text is harmless, and JSON, which is
// lossless and yet holds nothing that a terminal interprets.
import { makeHarmless } from '../contracts/harmless.ts';

export type Style = 'strong' | 'dim' | 'good' | 'warn' | 'bad';
export type Part = string | { readonly text: string; readonly style: Style };

export type Output = {
  /** One line; every part is made harmless. */
  readonly line: (...parts: readonly Part[]) => void;
  readonly json: (value: unknown) => void;
  /** Text of ours as it is, such as a completion script. */
  readonly own: (text: string) => void;
  /** Somebody looks at it. */
  readonly isTTY: boolean;
  /** The terminal's width, or 80. */
  readonly columns: number;
};

export type Stream = {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => boolean;
};

const NO_TERMINAL_COLUMNS = 80;
const SGR = { strong: 1, dim: 2, good: 32, warn: 33, bad: 31 } as const satisfies Record<Style, number>;

export function createOutput(stream: Stream, wantsColour: boolean): Output {
  const colour = wantsColour && stream.isTTY === true;
  const show = (part: Part): string => {
    if (typeof part === 'string') return makeHarmless(part);
    const text = makeHarmless(part.text);
    return colour && text !== '' ? `\u001B[${SGR[part.style]}m${text}\u001B[0m` : text;
  };
  return {
    line: (...parts) => void stream.write(`${parts.map(show).join('').trimEnd()}\n`),
    json: (value) => void stream.write(`${toHarmlessJson(value)}\n`),
    own: (text) => void stream.write(text),
    isTTY: stream.isTTY === true,
    columns: stream.columns !== undefined && stream.columns > 0 ? stream.columns : NO_TERMINAL_COLUMNS,
  };
}

/** Whatever is no plain visible letter: C1, format and bidi characters, joiners, combining marks, odd spaces. */
const SUSPECT = /[\u007f\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{M}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu;

export function toHarmlessJson(value: unknown): string {
  // JSON.stringify itself escapes C0 and lone surrogates inside strings; outside of them there
  // are only its own line feeds and spaces.
  return JSON.stringify(value, null, 2).replace(SUSPECT, (character) =>
    character === '\n' || character === ' ' ? character : escapeUnits(character),
  );
}

function escapeUnits(character: string): string {
  let escaped = '';
  for (let index = 0; index < character.length; index += 1) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
