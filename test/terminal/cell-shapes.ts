// Blocks, braille dots and lines of boxes drawn as shapes that fill their cell, because a font's
// own leave gaps between rows.

export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** An SVG fragment in `colour`, or nothing when the font should draw the character. */
export function drawCell(character: string, box: Box, colour: string): string | undefined {
  const point = character.codePointAt(0) ?? 0;
  if (point >= 0x2800 && point <= 0x28ff) return braille(point - 0x2800, box, colour);
  if (point >= 0x2580 && point <= 0x259f) return block(point, box, colour);
  const arms = ARMS[character];
  if (arms !== undefined) return lines(arms, box, colour);
  const corner = ROUND[character];
  return corner === undefined ? undefined : roundCorner(corner, box, colour);
}

// Dots 1 to 8 by bit: column, row.
const DOTS = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 1],
  [1, 2],
  [0, 3],
  [1, 3],
] as const;

function braille(bits: number, box: Box, colour: string): string {
  const radius = box.width * 0.15;
  return DOTS.filter((_, bit) => (bits >> bit) & 1)
    .map(([column, row]) => {
      const x = box.x + box.width * (0.27 + column * 0.46);
      const y = box.y + box.height * (0.125 + row * 0.25);
      return `<circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}" fill="${colour}"/>`;
    })
    .join('');
}

// Quadrants from U+2596 on as bits: upper left 1, upper right 2, lower left 4, lower right 8.
const QUADRANTS = [4, 8, 1, 13, 9, 7, 11, 2, 6, 14];

function block(point: number, box: Box, colour: string): string {
  const part = (x: number, y: number, width: number, height: number, opacity = 1) =>
    rect(
      {
        x: box.x + box.width * x,
        y: box.y + box.height * y,
        width: box.width * width,
        height: box.height * height,
      },
      colour,
      opacity,
    );
  if (point === 0x2580) return part(0, 0, 1, 0.5);
  if (point <= 0x2588) {
    const height = (point - 0x2580) / 8;
    return part(0, 1 - height, 1, height);
  }
  if (point <= 0x258f) return part(0, 0, (0x2590 - point) / 8, 1);
  if (point === 0x2590) return part(0.5, 0, 0.5, 1);
  if (point <= 0x2593) return part(0, 0, 1, 1, (point - 0x2590) / 4);
  if (point === 0x2594) return part(0, 0, 1, 0.125);
  if (point === 0x2595) return part(0.875, 0, 0.125, 1);
  const bits = QUADRANTS[point - 0x2596] ?? 0;
  return [0, 1, 2, 3]
    .filter((bit) => (bits >> bit) & 1)
    .map((bit) => part((bit % 2) / 2, Math.floor(bit / 2) / 2, 0.5, 0.5))
    .join('');
}

// Left, right, up, down: 0 nothing, 1 light, 2 heavy, 3 double.
const ARMS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  '─': [1, 1, 0, 0],
  '│': [0, 0, 1, 1],
  '┌': [0, 1, 0, 1],
  '┐': [1, 0, 0, 1],
  '└': [0, 1, 1, 0],
  '┘': [1, 0, 1, 0],
  '├': [0, 1, 1, 1],
  '┤': [1, 0, 1, 1],
  '┬': [1, 1, 0, 1],
  '┴': [1, 1, 1, 0],
  '┼': [1, 1, 1, 1],
  '╴': [1, 0, 0, 0],
  '╶': [0, 1, 0, 0],
  '╵': [0, 0, 1, 0],
  '╷': [0, 0, 0, 1],
  '━': [2, 2, 0, 0],
  '┃': [0, 0, 2, 2],
  '┏': [0, 2, 0, 2],
  '┓': [2, 0, 0, 2],
  '┗': [0, 2, 2, 0],
  '┛': [2, 0, 2, 0],
  '┣': [0, 2, 2, 2],
  '┫': [2, 0, 2, 2],
  '┳': [2, 2, 0, 2],
  '┻': [2, 2, 2, 0],
  '╋': [2, 2, 2, 2],
  '═': [3, 3, 0, 0],
  '║': [0, 0, 3, 3],
  '╔': [0, 3, 0, 3],
  '╗': [3, 0, 0, 3],
  '╚': [0, 3, 3, 0],
  '╝': [3, 0, 3, 0],
  '╠': [0, 3, 3, 3],
  '╣': [3, 0, 3, 3],
  '╦': [3, 3, 0, 3],
  '╩': [3, 3, 3, 0],
  '╬': [3, 3, 3, 3],
};

function lines(arms: readonly [number, number, number, number], box: Box, colour: string): string {
  const middleX = box.x + box.width / 2;
  const middleY = box.y + box.height / 2;
  const [left, right, up, down] = arms;
  const across = (weight: number, from: number, to: number) =>
    strokes(weight).map(([offset, width]) =>
      rect({ x: from, y: middleY + offset - width / 2, width: to - from, height: width }, colour),
    );
  const along = (weight: number, from: number, to: number) =>
    strokes(weight).map(([offset, width]) =>
      rect({ x: middleX + offset - width / 2, y: from, width, height: to - from }, colour),
    );
  // Every arm reaches a little over the middle, so that corners close.
  const over = 0.6;
  return [
    ...across(left, box.x, middleX + over),
    ...across(right, middleX - over, box.x + box.width),
    ...along(up, box.y, middleY + over),
    ...along(down, middleY - over, box.y + box.height),
  ].join('');
}

/** Offset from the middle and thickness of each line of an arm. */
function strokes(weight: number): readonly (readonly [number, number])[] {
  if (weight === 0) return [];
  if (weight === 3) {
    return [
      [-1.5, 1],
      [1.5, 1],
    ];
  }
  return [[0, weight === 2 ? 2.4 : 1.2]];
}

// Which way the two arms go: right or left, down or up.
const ROUND: Readonly<Record<string, readonly [1 | -1, 1 | -1]>> = {
  '╭': [1, 1],
  '╮': [-1, 1],
  '╰': [1, -1],
  '╯': [-1, -1],
};

function roundCorner([toX, toY]: readonly [1 | -1, 1 | -1], box: Box, colour: string): string {
  const x = box.x + box.width / 2;
  const y = box.y + box.height / 2;
  const endX = x + (toX * box.width) / 2;
  const endY = y + (toY * box.height) / 2;
  const path = `M${short(endX)} ${short(y)}Q${short(x)} ${short(y)} ${short(x)} ${short(y + (toY * box.width) / 2)}V${short(endY)}`;
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.2"/>`;
}

function rect(box: Box, colour: string, opacity = 1): string {
  const shade = opacity === 1 ? '' : ` fill-opacity="${opacity}"`;
  return `<rect x="${short(box.x)}" y="${short(box.y)}" width="${short(box.width)}" height="${short(box.height)}" fill="${colour}"${shade}/>`;
}

function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
