// The hub as a guest's controller asks it: its answers, its silences, and that the key goes nowhere else.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHubClient, HubError } from '../../src/clients/hub.ts';
import { makeCertificate } from '../clients/certificate.ts';
import { CUSTOMER_KEY, HOST_KEY, startHub, WHOLE_CONFIG } from './hub-server.ts';
import { makeGuestFolder, withHub } from './guest-folder.ts';

const never = new AbortController().signal;
const hubOf = async (config?: object | string) => {
  const hub = await startHub(config);
  onTestFinished(hub.stop);
  return hub;
};
const failureOf = async (work: Promise<unknown>): Promise<HubError> =>
  work.then(
    () => {
      throw new Error('it was answered');
    },
    (error: unknown) => {
      if (error instanceof HubError) return error;
      throw error;
    },
  );
const portOf = (address: AddressInfo | string | null) =>
  typeof address === 'object' && address !== null ? address.port : 0;

describe('What the hub says', () => {
  test.each([
    ["the host's key", HOST_KEY, 'wrong-key-kind', "HTTP 401: the key is a host's, not a customer's"],
    [
      'a key that it does not know',
      'felhom_customer_unknown',
      'key-refused',
      'HTTP 401: it does not know the key',
    ],
  ])('to %s becomes its cause, without the key', async (_what, api_key, kind, message) => {
    const hub = await hubOf(WHOLE_CONFIG);
    const error = await failureOf(createHubClient({ url: hub.url, api_key }).fetchConfig('kovacs', never));
    expect(error).toMatchObject({ kind, message });
    expect(JSON.stringify(error) + String(error.stack)).not.toContain(api_key);
  });

  test('about a customer that it does not know is told apart from a path that is none', async () => {
    const hub = await hubOf();
    const client = createHubClient({ url: `${hub.url}/`, api_key: CUSTOMER_KEY });
    expect(await failureOf(client.fetchConfig('kovacs', never))).toMatchObject({ kind: 'no-such-customer' });
  });

  test('when it points elsewhere is not followed: the key stays here', async () => {
    const [hub, other] = [await hubOf(WHOLE_CONFIG), await hubOf(WHOLE_CONFIG)];
    hub.answer((_request, response) => {
      response.writeHead(307, { location: `${other.url}/api/v1/customers/kovacs/config` }).end();
    });
    const client = createHubClient({ url: hub.url, api_key: CUSTOMER_KEY });
    expect(await failureOf(client.fetchConfig('kovacs', never))).toMatchObject({ kind: 'redirected' });
    expect(other.asked).toEqual([]);
  });

  test.each([
    ['too much', (write: (text: string) => void) => write('x'.repeat(300 * 1024)), 'too-large'],
    ['a piece of it', (_write: unknown, end: () => void) => end(), 'unreachable'],
  ])('when it is %s is no answer', async (_what, say, kind) => {
    const hub = await hubOf();
    hub.answer((_request, response) => {
      response.writeHead(200, { 'content-length': 1024 * 1024 });
      response.write('generation: 3\n', () =>
        say(
          (text) => response.write(text),
          () => response.destroy(),
        ),
      );
    });
    const client = createHubClient({ url: hub.url, api_key: CUSTOMER_KEY });
    expect(await failureOf(client.fetchConfig('kovacs', never))).toMatchObject({ kind });
  });

  test('when it says nothing, or drips, ends at the deadline', async () => {
    const hub = await hubOf();
    const client = createHubClient({ url: hub.url, api_key: CUSTOMER_KEY }, 150);
    hub.answer(() => {});
    expect(await failureOf(client.fetchConfig('kovacs', never))).toMatchObject({ kind: 'timeout' });
    hub.answer((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('#'), 20);
      response.once('close', () => clearInterval(drip));
    });
    expect(await failureOf(client.fetchConfig('kovacs', never))).toMatchObject({ kind: 'timeout' });
  });

  test('when what listens there is no HTTP is called so', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.end('SSH-2.0-OpenSSH_9.2\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const client = createHubClient({
      url: `http://127.0.0.1:${portOf(server.address())}`,
      api_key: CUSTOMER_KEY,
    });
    expect(await failureOf(client.fetchConfig('kovacs', never))).toMatchObject({ kind: 'garbage' });
  });
});

describe('The way to the hub', () => {
  test('a certificate that nobody vouches for is refused before the key leaves', async () => {
    const { key, cert } = makeCertificate();
    const heard: string[] = [];
    const server = createServer({ key, cert }, (request, response) => {
      heard.push(String(request.headers.authorization));
      response.end('generation: 3\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const client = createHubClient({
      url: `https://127.0.0.1:${portOf(server.address())}`,
      api_key: CUSTOMER_KEY,
    });
    expect(await failureOf(client.fetchConfig('kovacs', never))).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY|CERT/),
    });
    expect(heard).toEqual([]);
  });

  test.each([
    'http://hub.example',
    'http://1.2.3.4:8080',
    'http://[2001:db8::1]',
    'http://127.0.0.1.example',
  ])('plain HTTP to outside (%s) is not even tried', async (url) => {
    const client = createHubClient({ url, api_key: CUSTOMER_KEY });
    expect(await failureOf(client.fetchConfig('kovacs', never))).toMatchObject({ kind: 'not-encrypted' });
  });

  test('a customer id cannot leave its place in the path', async () => {
    const hub = await hubOf(WHOLE_CONFIG);
    const client = createHubClient({ url: hub.url, api_key: CUSTOMER_KEY });
    await failureOf(client.fetchConfig('../../hosts/x?', never));
    expect(hub.asked[0]?.line).toBe('GET /api/v1/customers/..%2F..%2Fhosts%2Fx%3F/config');
  });
});

describe('A configuration from the hub', () => {
  test('with a path that is none is refused in a moment, however long it is', async () => {
    const path = `/${'a'.repeat(200)}!`;
    const guest = makeGuestFolder(
      withHub((await hubOf({ ...WHOLE_CONFIG, paths: { storage: [{ name: 'x', path }] } })).url),
    );
    const began = performance.now();
    const book = await guest.open();
    expect(performance.now() - began).toBeLessThan(1500);
    expect(book.problems()).toMatchObject([{ code: 'hub-configuration-invalid' }]);
  });

  test('that would make a file too large to be read again leaves the one that is there', async () => {
    const hub = await hubOf(WHOLE_CONFIG);
    const guest = makeGuestFolder(withHub(hub.url));
    (await guest.open()).stop();
    // A few bytes for each, and as many spaces as it is deep in the file.
    const deep = `${'{a: '.repeat(600)}1${'}'.repeat(600)}`;
    hub.configure(`generation: 9\nassets: {deep: ${deep}}\n`);
    const book = await guest.open();
    await book.refresh();
    expect(book.problems()).toMatchObject([{ code: 'configuration-not-written' }]);
    expect(book.current()?.generation).toBe(3);
    book.stop();
    await hub.stop();
    expect((await guest.open()).current()?.generation).toBe(3);
  });

  const given: readonly [string, object | string, string, RegExp][] = [
    [
      'of another customer',
      { ...WHOLE_CONFIG, customer: { id: 'szabo' } },
      'hub-other-customer',
      /that of kovacs/,
    ],
    ['that is no YAML', 'a: [', 'hub-configuration-invalid', /line \d+ is no valid YAML/],
    ['that is a page of HTML', '<html><body>login</body></html>', 'hub-configuration-invalid', /no fields/],
    [
      'without a generation',
      { customer: { id: 'kovacs' } },
      'hub-configuration-invalid',
      /generation: missing/,
    ],
    [
      'with a path that is none',
      { ...WHOLE_CONFIG, paths: { storage: [{ name: 'x', path: '/srv/../etc' }] } },
      'hub-configuration-invalid',
      /paths\.storage\.0\.path: needs a path without/,
    ],
    [
      'with billions in a few lines',
      'generation: &a [1]\nb: [*a,*a]\n',
      'hub-configuration-invalid',
      /line 2/,
    ],
  ];
  test.each(given)('%s is not used, and said', async (_what, config, code, wanted) => {
    const hub = await hubOf(config);
    const guest = makeGuestFolder(withHub(hub.url));
    const book = await guest.open();
    expect(book.problems()).toMatchObject([{ code, level: 'warn', text: expect.stringMatching(wanted) }]);
    expect(book.hubLink().state).toBe('failed');
    expect(book.current()).toMatchObject({ customer: { id: 'kovacs' }, infrastructure: {} });
    expect(readFileSync(guest.configPath, 'utf8')).not.toMatch(/^generation/m);
  });

  test("a host's key in bootstrap.json is named as that, with what to do (break 3.5)", async () => {
    const hub = await hubOf(WHOLE_CONFIG);
    const guest = makeGuestFolder(withHub(hub.url, HOST_KEY));
    const book = await guest.open();
    expect(book.problems()).toEqual([
      {
        code: 'hub-key-wrong-kind',
        level: 'warn',
        subject: 'hub',
        text: "The hub refuses the key: it is a host's key, and the customer's is needed",
        hint: expect.stringContaining("hub.api_key in bootstrap.json to the customer's key"),
        healsItself: false,
      },
    ]);
    guest.bootstrap(withHub(hub.url));
    await expect.poll(() => book.current()?.generation).toBe(3);
    expect(book.problems()).toEqual([]);
    expect(guest.logged.join('')).not.toContain(HOST_KEY);
    expect(execFileSync('ps', ['-ww', '-eo', 'args'], { encoding: 'utf8' })).not.toContain(HOST_KEY);
  });
});
