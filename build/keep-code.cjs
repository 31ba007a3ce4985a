// Opens the console that was just built on a terminal that is none, closes it after its first frames,
// and keeps the code that V8 made of it: `node keep-code.cjs FOLDER`.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { PassThrough, Writable } = require('node:stream');

const OPEN_MS = 600;
const folder = process.argv[2];

const stdin = Object.assign(new PassThrough(), {
  isTTY: true,
  setRawMode: () => stdin,
  ref: () => {},
  unref: () => {},
});
const stdout = Object.assign(new Writable({ write: (_chunk, _encoding, done) => done() }), {
  isTTY: true,
  columns: 120,
  rows: 40,
});
Object.defineProperty(process, 'stdin', { value: stdin });
Object.defineProperty(process, 'stdout', { value: stdout });
process.env.TERM = 'xterm-256color';
process.env.XDG_CONFIG_HOME = folder;
delete process.env.CI;
process.argv.splice(1, 2, join(folder, 'start.cjs'), '--lang', 'en');

const scripts = require(join(folder, 'start.cjs'));
process.on('exit', () => {
  for (const [file, script] of scripts)
    writeFileSync(join(folder, `${file}.code`), script.createCachedData());
});
setTimeout(() => stdin.write('q'), OPEN_MS);
