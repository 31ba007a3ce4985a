// Runs a program on an open file, never on a path: what a name leads to may have changed since.
import type { RunTool, ToolResult } from '../base/run-tool.ts';

export type DiskTool = {
  readonly file: string;
  readonly args: readonly string[];
  /** Becomes `/dev/fd/3`, the last argument. */
  readonly fd: number;
  readonly deadlineMs: number;
};

/** It dies when this process does: nobody may go on writing for a job that is gone. */
export async function runDiskTool(
  { file, args, fd, deadlineMs }: DiskTool,
  runTool: RunTool,
): Promise<ToolResult> {
  return runTool({ file, args: [...args, '/dev/fd/3'], inherit: [fd], deadlineMs, diesWithUs: true });
}

/** What a program that did not end well said of it, in one line. */
export function tellTool(file: string, result: ToolResult): string {
  switch (result.state) {
    case 'ended': {
      const said = `${result.stderr}\n${result.stdout}`.split('\n').map((line) => line.trim());
      return `${file} ended with ${result.code}: ${said
        .filter((line) => line !== '')
        .slice(0, 3)
        .join(' ')}`;
    }
    case 'missing':
      return `${file} is not installed`;
    case 'no-permission':
      return `${file} may not be run`;
    case 'timeout':
      return `${file} did not end in time${result.stuck ? ' and cannot be ended' : ''}`;
    case 'too-large':
      return `${file} said more than can be read`;
    case 'failed':
      return `${file} failed: ${result.detail}`;
  }
}
