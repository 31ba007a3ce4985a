// What is sent to Docker to make a service's container: its options with labels, image and limits. The hash goes into
// a label, so nothing here may change what it is made from.
import { LABELS, OWNER } from '../../contracts/base-stack.ts';
import type { CreateOptions } from '../../clients/engine.ts';
import type { DesiredService } from './desired.ts';

/** `image`: what ensuring it gave, an id or the reference itself. */
export function composeCreate(service: DesiredService, image: string): CreateOptions {
  const { create, name, hash, memoryBytes, pids } = service;
  const hostConfig = create['HostConfig'];
  return {
    ...create,
    Image: image,
    Labels: {
      [LABELS.owner]: OWNER,
      [LABELS.service]: name,
      [LABELS.stack]: BASE_STACK,
      [LABELS.hash]: hash,
    },
    HostConfig: {
      ...(typeof hostConfig === 'object' ? hostConfig : {}),
      Memory: memoryBytes,
      // No swap: a service that needs more than its limit ends, and does not slow the guest down first.
      MemorySwap: memoryBytes,
      PidsLimit: pids,
    },
  };
}

const BASE_STACK = 'base';
