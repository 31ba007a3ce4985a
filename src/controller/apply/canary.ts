// After a change of Docker or runc, before anything that runs is touched: can they still set up a container with our
// limits? One is started with a program that no image has. That Docker gets as far as not finding it proves the rest.
import { LABELS, OWNER } from '../../contracts/base-stack.ts';
import { messageOf } from '../../base/errors.ts';
import { CANARY_NAME } from '../plan/names.ts';
import { DONE, type Executor } from './hands.ts';

const PROGRAM = '/felhom-canary';
const NOT_FOUND = /felhom-canary.*(?:no such file or directory|executable file not found)/s;
const MEMORY_BYTES = 16 * 1024 * 1024;
const PIDS = 16;

export const canary: Executor<'canary'> = async (_step, hands, signal) => {
  const { engine, desired } = hands;
  for (const { image } of desired.services) {
    const there = await engine.inspectImage(image.reference, signal);
    if (there === undefined) continue;
    const id = await engine.createContainer(
      CANARY_NAME,
      {
        Image: there.id,
        Entrypoint: [PROGRAM],
        Cmd: [],
        User: '65534:65534',
        Labels: { [LABELS.owner]: OWNER },
        HostConfig: {
          NetworkMode: 'none',
          ReadonlyRootfs: true,
          CapDrop: ['ALL'],
          SecurityOpt: ['no-new-privileges'],
          Memory: MEMORY_BYTES,
          PidsLimit: PIDS,
        },
      },
      signal,
    );
    try {
      await engine.startContainer(id, signal);
    } catch (error) {
      if (!NOT_FOUND.test(messageOf(error))) {
        throw new Error(`Docker can start no container since it changed: ${messageOf(error)}`, {
          cause: error,
        });
      }
    } finally {
      await engine.removeContainer(id, signal);
    }
    return DONE;
  }
  // No image is there, so nothing of ours runs that could come to harm.
  return DONE;
};
