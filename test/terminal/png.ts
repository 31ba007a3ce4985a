// A terminal's cells as a PNG picture, with a font that the machine has.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import type { Cell, Cursor } from './screen.ts';
import { FONT_FAMILY, renderSvg } from './svg.ts';

// Where Debian, Fedora and Arch put it.
const FONT_FOLDERS = [
  '/usr/share/fonts/truetype/dejavu',
  '/usr/share/fonts/dejavu-sans-mono-fonts',
  '/usr/share/fonts/TTF',
];
const FONT_FILES = [
  'DejaVuSansMono.ttf',
  'DejaVuSansMono-Bold.ttf',
  'DejaVuSansMono-Oblique.ttf',
  'DejaVuSans.ttf',
];

export function renderPng(
  cells: readonly (readonly Cell[])[],
  options: { cursor?: Cursor; zoom?: number } = {},
): Uint8Array {
  const resvg = new Resvg(renderSvg(cells, options.cursor), {
    font: {
      fontFiles: findFonts(),
      loadSystemFonts: false,
      defaultFontFamily: FONT_FAMILY,
      monospaceFamily: FONT_FAMILY,
    },
    fitTo: { mode: 'zoom', value: options.zoom ?? 1 },
  });
  return resvg.render().asPng();
}

function findFonts(): string[] {
  const folder = FONT_FOLDERS.find((candidate) => existsSync(join(candidate, 'DejaVuSansMono.ttf')));
  if (folder === undefined)
    throw new Error("DejaVu Sans Mono is missing: 'apt-get install fonts-dejavu-core'");
  return FONT_FILES.map((file) => join(folder, file)).filter((path) => existsSync(path));
}
