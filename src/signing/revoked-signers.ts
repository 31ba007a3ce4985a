// The file of revoked keys, as `ssh-keygen -Y verify -r` takes it: a public key a line. It may be empty, but it
// must be there: a list that somebody took away revokes nobody.
import type { LineProblem } from './allowed-signers.ts';
import { isNoKey, parseKeyLine, whyUnreadable } from './key-line.ts';
import type { PublicKey } from './public-key.ts';

export function parseRevokedSigners(text: string): {
  readonly keys: readonly PublicKey[];
  readonly problems: readonly LineProblem[];
} {
  const keys: PublicKey[] = [];
  const problems: LineProblem[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const key = parseLine(content);
    if (typeof key === 'string') problems.push({ line: index + 1, detail: key });
    else if (key !== undefined) keys.push(key);
  }
  return { keys, problems };
}

function parseLine(content: string): PublicKey | string | undefined {
  const why = whyUnreadable(content);
  if (why !== undefined || isNoKey(content)) return why;
  const [type = '', base64 = ''] = content.trim().split(/[ \t]+/);
  const key = parseKeyLine(type, base64);
  // What nobody may sign with needs no revoking, and ssh-keygen may not be able to read it.
  return typeof key === 'string' ? `${key}; write one public key a line, as its .pub file has it` : key;
}
