// The hub of tests as a program of its own, for a network namespace: HOST, and the configuration as JSON. Its address
// comes out on stdout; it ends with its stdin.
import { parseJson } from '../../src/base/parse-json.ts';
import { startHub } from './hub-server.ts';

const [host = '127.0.0.1', config = '{}'] = process.argv.slice(2);
const given = parseJson(config);
const hub = await startHub(typeof given === 'object' && given !== null ? given : {}, host);
process.stdout.write(`${hub.url}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
