// What Node's own HTTPS server can do at most here: sends the same bytes for every request. Takes the agent's
// certificate and answer as JSON in its argument; prints its port, and runs until its stdin closes.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const { certificate, body } = JSON.parse(process.argv[2] ?? '{}');
const pem = readFileSync(String(certificate), 'utf8');
const bytes = Buffer.from(String(body));
const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length };
const server = createServer({ cert: pem, key: pem, minVersion: 'TLSv1.3' }, (_request, response) => {
  response.writeHead(200, headers);
  response.end(bytes);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.stdin.resume().once('end', () => process.exit(0));
