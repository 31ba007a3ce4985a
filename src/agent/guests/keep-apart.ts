// A format claims its disk, which keeps mounts and volumes off it; a virtual machine that was handed the disk opens
// it all the same. So the two never run at once: a guest is refused while a format runs, and a format while
// such a guest is being started. Once it runs, it has the disk open, and every look finds it.
import type { FormatOrder, RunFormat } from '../../disks/format-order.ts';

export type KeepApart = {
  /** What is being formatted. */
  readonly formats: () => readonly string[];
  /** From here on a guest may open disks past a claim, until the given function is called. */
  readonly opening: (vmid: number) => () => void;
  /** The same format, for when no guest is opening disks. */
  readonly guard: (runFormat: RunFormat) => RunFormat;
};

export function createKeepApart(): KeepApart {
  const running = new Set<FormatOrder>();
  const opening = new Map<symbol, number>();
  return {
    formats: () => [...running].map(({ identity }) => identity.durable_id),
    opening: (vmid) => {
      const one = Symbol(`VMID ${vmid}`);
      opening.set(one, vmid);
      return () => void opening.delete(one);
    },
    guard: (runFormat) => async (order, listener, signal) => {
      const [vmid] = opening.values();
      if (vmid !== undefined) {
        return { state: 'held', detail: `VMID ${vmid} is being started, and may be handed this disk` };
      }
      running.add(order);
      try {
        return await runFormat(order, listener, signal);
      } finally {
        running.delete(order);
      }
    },
  };
}
