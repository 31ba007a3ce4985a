// Grants as root's file says now: read again when it changes, so that no restart is needed to take one
// away. A file that cannot be used any more grants nothing.
import { statSync } from 'node:fs';
import { messageOf } from '../base/errors.ts';
import type { Text } from '../base/texts/text.ts';
import type { AgentConfig } from '../contracts/agent-config.ts';
import type { Log } from '../daemon/log.ts';
import { readConfig } from './read-config.ts';

type Grants = AgentConfig['disks']['grants'];

export function createGrantReader(path: string, text: Text, log: Log): () => Grants {
  let known: { readonly stamp: string; readonly grants: Grants } | undefined;
  return () => {
    const stamp = stampOf(path);
    if (known?.stamp === stamp) return known.grants;
    let grants: Grants = {};
    try {
      ({ grants } = readConfig(path, text).config.disks);
      log.info({ vmids: Object.keys(grants) }, 'grants read');
    } catch (error) {
      log.error({ err: messageOf(error) }, 'no grants: the configuration cannot be used');
    }
    known = { stamp, grants };
    return grants;
  };
}

function stampOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined) return 'none';
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs, found.mode, found.uid].join(' ');
}
