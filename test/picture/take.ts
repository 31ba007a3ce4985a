// Takes a picture of a real run: starts the console (or another program) in a pseudo-terminal,
// presses keys, and writes what the screen shows as PNG. `npm run picture` makes the README's.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { renderPng } from '../terminal/png.ts';
import { openTerminal } from '../terminal/terminal.ts';

const USAGE = `node test/picture/take.ts [--cols 120] [--rows 40] [--keys "2,j,Enter"] [--wait REGEX] [--settle MS]
  [--env NAME=VALUE] [--program FILE] [--zoom 1] [--out FILE] [--text] -- [arguments of felhom]
Keys are names or letters with commas between (a comma itself is 'Comma'); --text prints the screen as well.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cols: { type: 'string', default: '120' },
    rows: { type: 'string', default: '40' },
    keys: { type: 'string', default: '' },
    wait: { type: 'string', default: '\\S' },
    settle: { type: 'string', default: '3000' },
    env: { type: 'string', multiple: true, default: [] },
    program: { type: 'string' },
    zoom: { type: 'string', default: '1' },
    out: { type: 'string', default: fileURLToPath(new URL('../../docs/picture.png', import.meta.url)) },
    text: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(`${USAGE}\n`);
} else {
  await using terminal = openTerminal({
    ...(values.program === undefined ? {} : { file: values.program }),
    args: positionals,
    cols: Number(values.cols),
    rows: Number(values.rows),
    env: {
      COLORTERM: 'truecolor',
      ...Object.fromEntries(values.env.map((pair) => pair.split(/=(.*)/s).slice(0, 2))),
    },
  });
  await terminal.waitFor(new RegExp(values.wait));
  // Rates and graphs need a few rounds before they say something.
  await sleep(Number(values.settle));
  for (const key of values.keys.split(',').filter((name) => name !== '')) {
    terminal.press(key);
    await sleep(300);
  }
  await sleep(200);
  const png = renderPng(terminal.cells(), { cursor: terminal.cursor(), zoom: Number(values.zoom) });
  writeFileSync(values.out, png);
  if (values.text) process.stdout.write(`${terminal.text()}\n`);
  process.stdout.write(`${values.out}: ${values.cols}x${values.rows}, ${Math.ceil(png.length / 1000)} kB\n`);
}

async function sleep(ms: number): Promise<void> {
  await new Promise((done) => setTimeout(done, ms));
}
