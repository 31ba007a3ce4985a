// A console whose containers come from a stand-in of Docker's API, so that a list has as many rows as a test needs.
import { openTerminal, type Terminal, type TerminalOptions } from '../terminal/terminal.ts';
import { startDocker } from '../bench/start-docker.ts';

export async function openWithContainers(
  count: number,
  options: TerminalOptions = {},
): Promise<Terminal & AsyncDisposable> {
  const docker = await startDocker(count);
  const terminal = openTerminal({ ...options, env: { ...options.env, DOCKER_HOST: docker.host } });
  return {
    ...terminal,
    [Symbol.asyncDispose]: async () => {
      await terminal.end();
      await docker.stop();
    },
  };
}
