// Never starts a program on a device while an earlier one there has not died: a disk that hangs holds one
// process, not one more every few seconds.
import type { ToolRequest, ToolResult } from '../base/run-tool.ts';
import type { Machine } from './machine.ts';

export function withPatience(machine: Machine): Machine {
  const stuck = new Set<string>();
  const runTool = async (request: ToolRequest): Promise<ToolResult> => {
    const key = keyOf(request);
    if (stuck.has(key)) return { state: 'timeout', stdout: '', stuck: true };
    const result = await machine.runTool(request);
    if (result.state === 'timeout' && result.gone !== undefined) {
      stuck.add(key);
      void result.gone.then(() => stuck.delete(key));
    }
    return result;
  };
  return { ...machine, runTool };
}

/** The device that it looks at; the program itself where it looks at all of them. */
const keyOf = ({ file, args }: ToolRequest): string => args.find((arg) => /\/dev\/./.test(arg)) ?? file;
