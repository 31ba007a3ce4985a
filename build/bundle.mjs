// Makes of the sources what start.cjs loads: `console.js`, with all that runs before the console's
// first frame in one piece, and a file for each part that is loaded when it is used. esbuild splits
// modules only in ECMAScript's own format, whose code V8 keeps for nobody, so each part is made CommonJS.
import { build, transform } from 'esbuild';
import { basename, join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import {
  inkRemembersLines,
  inkWithoutDevtools,
  leaveOut,
  plainRowNames,
  plainWidthsFirst,
  processItself,
  yogaAtOnce,
  zodInEnglish,
} from './plugins.mjs';

/** Modules that the console imports before its first frame, each with all that it imports at once. */
const CONSOLE_START = [
  'src/cli/main.ts',
  'src/cli/commands/console.ts',
  'src/clients/embedded.ts',
  'state/console.ts',
  'screens/open.ts',
];
const COMMON = { platform: 'node', target: 'node26', minify: true, charset: 'ascii', legalComments: 'none' };

export async function bundle(root, folder) {
  const { outputFiles, metafile } = await build({
    ...COMMON,
    absWorkingDir: root,
    entryPoints: { felhom: 'src/cli/main.ts' },
    outdir: folder,
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"', 'Intl.Segmenter': 'PlainSegmenter' },
    inject: [join(root, 'build/plain-segmenter.mjs')],
    plugins: [
      leaveOut,
      inkRemembersLines,
      inkWithoutDevtools,
      yogaAtOnce(folder),
      plainWidthsFirst,
      plainRowNames,
      processItself,
      zodInEnglish,
    ],
    logLevel: 'warning',
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const atStart = startOf(outputs);
  const together = [];
  for (const { path, text } of outputFiles) {
    const name = basename(path);
    const { code } = await transform(text, {
      ...COMMON,
      format: 'cjs',
      supported: { 'dynamic-import': false },
    });
    const asFunction = `function (require, module, exports, __dirname) {${escapeRest(code)}}`;
    if (atStart.has(name)) together.push(`${JSON.stringify(name)}: ${asFunction}`);
    else await writeFile(join(folder, name), `({${JSON.stringify(name)}: ${asFunction}})`);
  }
  await writeFile(join(folder, 'console.js'), `({${together.join(',\n')}})`);
}

/** `charset: 'ascii'` leaves regular expressions as they are written; start.cjs reads one byte a letter. */
function escapeRest(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The parts that hold CONSOLE_START, and what they import at once. */
function startOf(outputs) {
  const found = new Set();
  const follow = (name) => {
    if (found.has(name)) return;
    found.add(name);
    for (const { path, kind } of outputs.get(name).imports) {
      if (kind === 'import-statement' && outputs.has(basename(path))) follow(basename(path));
    }
  };
  for (const source of CONSOLE_START) {
    const part = [...outputs].find(([, { entryPoint }]) => entryPoint === source);
    if (part === undefined)
      throw new Error(`${source} is no part of its own any more: correct CONSOLE_START`);
    follow(part[0]);
  }
  return found;
}
