// A Docker daemon with as many containers as asked for, in a process of its own: Docker's API on a
// Unix socket as far as the console asks it. `node fake-docker.ts SOCKET COUNT`
import { createServer } from 'node:http';

const [socket = '', count = '0'] = process.argv.slice(2);
const hex = (index: number) => index.toString(16).padStart(12, '0').padEnd(64, '7');
const containers = Array.from({ length: Number(count) }, (_, index) => ({
  Id: hex(index + 1),
  Names: [`/app-${String(index).padStart(5, '0')}`],
  Image: `registry.example/app-${index % 40}:1.${index % 7}`,
  ImageID: `sha256:${hex(index % 40)}`,
  Command: 'serve --port 8080',
  Created: 1_750_000_000 - index * 60,
  Ports: [{ IP: '127.0.0.1', PrivatePort: 8080, PublicPort: 10_000 + (index % 20_000), Type: 'tcp' }],
  Labels: { 'com.docker.compose.project': `stack-${index % 25}` },
  State: index % 9 === 8 ? 'exited' : 'running',
  Status: index % 9 === 8 ? 'Exited (0) 3 days ago' : 'Up 3 days (healthy)',
  HostConfig: { NetworkMode: 'bridge' },
  NetworkSettings: { Networks: { bridge: {} } },
  Mounts: [{ Type: 'volume', Name: `data-${index}`, Source: '', Destination: '/data', RW: true }],
}));
const version = { Version: '28.0.0', ApiVersion: '1.48', MinAPIVersion: '1.24', Os: 'linux', Arch: 'amd64' };
const answers: Readonly<Record<string, Buffer>> = {
  '/_ping': Buffer.from('OK'),
  '/version': Buffer.from(JSON.stringify(version)),
  '/info': Buffer.from(
    JSON.stringify({ ID: 'bench', Containers: containers.length, ServerVersion: '28.0.0' }),
  ),
  '/containers/json': Buffer.from(JSON.stringify(containers)),
};

createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://docker').pathname.replace(/^\/v1\.\d+/, '');
  if (path === '/events') {
    // Nothing ever happens here, which is said for as long as somebody listens.
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
    return;
  }
  const answer = answers[path];
  response.writeHead(answer === undefined ? 404 : 200, {
    'Content-Type': path === '/_ping' ? 'text/plain' : 'application/json',
    'Api-Version': version.ApiVersion,
  });
  response.end(request.method === 'HEAD' ? undefined : (answer ?? '{"message":"no such thing"}'));
}).listen(socket, () => process.stdout.write('listening\n'));
