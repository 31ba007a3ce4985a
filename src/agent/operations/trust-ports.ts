// What operations need of signatures: who may sign now, and what one signature over one message is worth.
import type { Clock } from '../../base/clock.ts';
import type { RunTool } from '../../base/run-tool.ts';
import { judgeSignature, type JudgedSignature, type JudgeSignature } from '../../signing/judge-signature.ts';
import { readTrust, type Trust } from '../../signing/read-trust.ts';

export type TrustPorts = {
  readonly readTrust: () => Promise<Trust>;
  readonly judgeSignature: (question: Omit<JudgeSignature, 'runTool'>) => Promise<JudgedSignature>;
};

/** `folder`: where the configuration of the agent stands. */
export const createTrustPorts = (folder: string, runTool: RunTool, clock: Clock): TrustPorts => ({
  readTrust: async () => readTrust({ folder, runTool, now: clock.now() }),
  judgeSignature: async (question) => judgeSignature({ ...question, runTool }),
});
