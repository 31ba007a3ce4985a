// What bin/felhom starts: loads the bundle's parts from the code that V8 made of them when they were
// built, as compiling them anew costs 40 ms. V8 refuses the code of another Node or of other flags, and
// compiles.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const scripts = new Map();
const parts = new Map();
const modules = new Map();

/** `require` for the bundle: its parts, and Node's own modules. */
function load(path) {
  if (!path.startsWith('./')) return require(path);
  const name = path.slice(2);
  const known = modules.get(name);
  if (known !== undefined) return known.exports;
  if (!parts.has(name)) open(name);
  const module = { exports: {} };
  modules.set(name, module);
  parts.get(name)(load, module, module.exports, __dirname);
  return module.exports;
}

function open(file) {
  const filename = join(__dirname, file);
  let cachedData;
  try {
    cachedData = readFileSync(`${filename}.code`);
  } catch {
    // Built for another machine, or not used when the code was kept.
  }
  // One byte a letter: the build escapes what is not ASCII.
  const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
  scripts.set(file, script);
  for (const [name, part] of Object.entries(script.runInThisContext())) parts.set(name, part);
}

// For whoever keeps the code.
module.exports = scripts;

open('console.js');
load('./felhom.js');
