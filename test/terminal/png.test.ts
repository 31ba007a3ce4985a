// Pictures are looked at to judge screens: what is a closed line on a terminal must be one there.
import { expect, test } from 'vitest';
import { drawCell } from './cell-shapes.ts';
import { renderPng } from './png.ts';
import { createScreen } from './screen.ts';
import { renderSvg } from './svg.ts';

const BOX = { x: 9, y: 18, width: 9, height: 18 };

test('a vertical line fills its cell from top to bottom, so that rows join', () => {
  const rects = [...(drawCell('│', BOX, 'red') ?? '').matchAll(/ y="([\d.]+)" [^>]*height="([\d.]+)"/g)];
  const tops = rects.map((match) => Number(match[1]));
  const bottoms = rects.map((match) => Number(match[1]) + Number(match[2]));
  expect([Math.min(...tops), Math.max(...bottoms)]).toEqual([18, 36]);
});

test('every braille character draws as many dots as its bits', () => {
  for (let bits = 0; bits < 256; bits += 1) {
    const dots =
      (drawCell(String.fromCharCode(0x2800 + bits), BOX, 'red') ?? '').match(/<circle/g)?.length ?? 0;
    expect(dots).toBe(bits.toString(2).replaceAll('0', '').length);
  }
});

test('letters are left to the font and marked-up text stays text', async () => {
  expect(drawCell('A', BOX, 'red')).toBeUndefined();
  const screen = createScreen(10, 2);
  await screen.feed(Buffer.from('<b>&'));
  expect(renderSvg(screen.cells())).toContain('&lt;');
});

test('a picture is a PNG of the size of its cells and margins', async () => {
  const screen = createScreen(20, 4);
  await screen.feed(Buffer.from('\u001b[41mred\u001b[0m ╭─╮ ▃'));
  const png = Buffer.from(renderPng(screen.cells()));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([20 * 9 + 24, 4 * 18 + 24]);
});
