// Secrets in a container's command line stay hidden, the rest stays readable.
import { expect, test } from 'vitest';
import { hideSecrets } from '../../src/clients/docker-command.ts';

test.each([
  [
    ['cloudflared', 'tunnel', 'run', '--token', 'abc123'],
    ['cloudflared', 'tunnel', 'run', '--token', '***'],
  ],
  [
    ['app', '--api-key=abc123'],
    ['app', '--api-key=***'],
  ],
  [
    ['sh', '-c', 'DB_PASSWORD=x app --port 80'],
    ['sh', '-c', 'DB_PASSWORD=*** app --port 80'],
  ],
  [
    ['sh', '-c', 'app --token "a b" --fast'],
    ['sh', '-c', 'app --token *** --fast'],
  ],
  [
    ['psql', 'postgres://me:secret@db/x'],
    ['psql', 'postgres://me:***@db/x'],
  ],
  [
    ['run', 'eyJhIjoiMTIzNDU2Nzg5MCIsInQiOiIxIn0='],
    ['run', '***'],
  ],
  [
    ['app', '--token', '--verbose'],
    ['app', '--token', '--verbose'],
  ],
  [
    ['app', '--tokenizer', 'fast', '--port=80'],
    ['app', '--tokenizer', 'fast', '--port=80'],
  ],
])('%j is shown as %j', (command, shown) => {
  expect(hideSecrets(command)).toEqual(shown);
});
