// Starts the bare agent as a process of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./bare-agent-child.ts', import.meta.url));

export type AgentChild = {
  readonly signal: (name: NodeJS.Signals) => void;
  /** Kills it, and its socket stays behind as after a crash. */
  readonly kill: () => Promise<void>;
};

export async function startAgentChild(socketPath: string): Promise<AgentChild> {
  rmSync(socketPath, { force: true });
  const child: ChildProcess = spawn(process.execPath, [MAIN, socketPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { stdout } = child;
  if (stdout === null) throw new Error('no output');
  await Promise.race([
    once(stdout, 'data'),
    once(child, 'exit').then(() => {
      throw new Error('the bare agent did not start');
    }),
  ]);
  return {
    signal: (name) => void child.kill(name),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
