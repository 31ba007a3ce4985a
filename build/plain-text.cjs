// Widths and clusters of plain text for the bundle, instead of string-width and Intl.Segmenter, which
// answer for all other text. Their tables cost 30 ms and 12 ms as soon as anybody merely loads them.

/** Characters that are one cell wide and never join a neighbour; a test asks the real ones about each. */
const PLAIN_RANGES = [
  [0x20, 0x7e],
  [0xa0, 0xac],
  [0xae, 0x2ff],
  [0x2010, 0x2027],
  [0x2190, 0x21ff],
  [0x2400, 0x2421],
  [0x2500, 0x25fc],
  [0x2713, 0x2718],
  [0x2800, 0x28ff],
];
const ESCAPE = 0x1b;
const NEWLINE = 0x0a;
const LAST = 0x2900;

const plain = new Uint8Array(LAST);
for (const [first, last] of PLAIN_RANGES) plain.fill(1, first, last + 1);

let realWidth;
// Said so because the build puts PlainSegmenter wherever it reads `Intl.Segmenter`.
const { Segmenter } = globalThis.Intl;

/** As string-width's default export. */
function stringWidth(text, options) {
  if (typeof text !== 'string') return 0;
  let width = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < LAST && plain[code] === 1) width += 1;
    else {
      const end = code === ESCAPE && !options?.countAnsiEscapeCodes ? endOfColour(text, index) : -1;
      if (end < 0) {
        realWidth ??= require('string-width').default;
        return realWidth(text, options);
      }
      index = end;
    }
  }
  return width;
}

/** Where a colour's sequence (SGR) that begins at `index` ends; -1 when it is something else. */
function endOfColour(text, index) {
  if (text[index + 1] !== '[') return -1;
  let end = index + 2;
  while (end < text.length && text.charCodeAt(end) >= 0x30 && text.charCodeAt(end) <= 0x3b) end += 1;
  return text[end] === 'm' ? end : -1;
}

/** As Intl.Segmenter for graphemes, which is made when the first text needs it. */
class PlainSegmenter {
  #arguments;
  #real;

  constructor(...args) {
    this.#arguments = args;
  }

  segment(text) {
    const input = String(text);
    if (isPlain(input)) return new PlainSegments(input);
    this.#real ??= new Segmenter(...this.#arguments);
    return this.#real.segment(input);
  }
}

function isPlain(text) {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // Controls stand alone too, but for a return before a newline.
    if (code >= LAST || (plain[code] !== 1 && code !== ESCAPE && code !== NEWLINE)) return false;
  }
  return true;
}

class PlainSegments {
  #input;

  constructor(input) {
    this.#input = input;
  }

  containing(index = 0) {
    const input = this.#input;
    const at = Math.trunc(index) || 0;
    return at < 0 || at >= input.length ? undefined : { segment: input[at], index: at, input };
  }

  *[Symbol.iterator]() {
    const input = this.#input;
    for (let index = 0; index < input.length; index += 1) yield { segment: input[index], index, input };
  }
}

module.exports = { stringWidth, PlainSegmenter, PLAIN_RANGES };
