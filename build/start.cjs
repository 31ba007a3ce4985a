// What bin/felhom starts: the bundle, from the code that V8 made of it when it was built, as
// compiling it anew costs 40 ms. V8 refuses the code of another Node or of other flags, and compiles.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const filename = join(__dirname, 'felhom.cjs');
let cachedData;
try {
  cachedData = readFileSync(join(__dirname, 'felhom.cache'));
} catch {
  // A build for another machine has none.
}
const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
script.runInThisContext()(require, __dirname);

module.exports = script;
