// A tool that gave no answer, as a missing fact; every reader that runs one says it the same way.
import type { ToolResult } from '../base/run-tool.ts';
import { absent, failed, type Missing } from '../contracts/reading.ts';

export function toolMissing(
  result: Exclude<ToolResult, { state: 'ended' }>,
  source: string,
  at: number,
): Missing {
  switch (result.state) {
    case 'missing':
      return absent('no-tool', source, at);
    case 'no-permission':
    case 'timeout':
    case 'too-large':
      return failed(result.state, source, at);
    case 'failed':
      return failed('tool-failed', source, at, result.detail);
  }
}

/** A tool that ended with an error: its first line says why, and whether rights were what it lacked. */
export function toolFailed(stderr: string, source: string, at: number): Missing {
  const lines = stderr.split('\n').map((line) => line.trim());
  const denied = lines.find((line) => DENIED.test(line));
  const detail = denied ?? lines.find((line) => line !== '') ?? '';
  return failed(denied === undefined ? 'tool-failed' : 'no-permission', source, at, detail);
}

const DENIED = /permission denied|not permitted|non-root user|must be root|run as root/i;
