// A folder of files that say who may approve, and judging by them.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../../src/base/run-tool.ts';
import {
  APPROVAL_NAMESPACE,
  formatApproval,
  type ApprovalPayload,
} from '../../src/contracts/approval-payload.ts';
import {
  judgeSignature,
  type JudgedSignature,
  type JudgeSignature,
} from '../../src/signing/judge-signature.ts';
import { readTrust, type ReadTrust, type Trust } from '../../src/signing/read-trust.ts';
import { formatUtc } from '../../src/signing/utc-time.ts';
import { makeSigningFolder } from './keys.ts';

export type TrustTexts = { readonly allowed?: string; readonly revoked?: string; readonly policy?: string };

/** `revoked_signers` is empty when nothing else is said. */
export function writeTrust(
  texts: TrustTexts,
  folder = mkdtempSync(join(makeSigningFolder(), 'trust-')),
): string {
  const write = (name: string, text: string | undefined) =>
    text === undefined ? undefined : writeFileSync(join(folder, name), text, { mode: 0o644 });
  write('allowed_signers', texts.allowed);
  write('revoked_signers', texts.revoked ?? '');
  write('policy.yaml', texts.policy);
  return folder;
}

export const NOON = Date.UTC(2026, 7, 3, 12);

/** No keys of this machine are looked at. */
export const readTestTrust = async (folder: string, change: Partial<ReadTrust> = {}): Promise<Trust> =>
  readTrust({ folder, keyFolders: [], runTool, now: NOON, ...change });

export const trustOf = async (texts: TrustTexts, now = NOON): Promise<Trust> =>
  readTestTrust(writeTrust(texts), { now });

export const judgeTest = async (
  request: Pick<JudgeSignature, 'armor' | 'trust'> & Partial<JudgeSignature>,
): Promise<JudgedSignature> =>
  judgeSignature({ message: MESSAGE, at: NOON, others: [], runTool, ...request });

export const PAYLOAD: ApprovalPayload = {
  v: 1,
  type: 'felhom.pending-op',
  intent: 'approve',
  op: 'storage_wipe',
  op_id: 'op_0123456789abcdef01234567',
  host_scope: 'demo-felhom',
  install: 'a'.repeat(64),
  durable_id: 'byid:ata-ST4000VN008_ZDH1ABCD',
  fstype: 'ext4',
  args: { fs_uuid: '0b7c7f0e-6a0f-4c3a-9f0e-3d8f5c0a1b2c', wipe: 'full' },
  device: {
    model: 'ST4000VN008',
    serial: 'ZDH1ABCD',
    transport: 'sata',
    bytes: 4_000_787_030_016,
    on_it: [
      {
        part: 'whole',
        bytes: 4_000_787_030_016,
        type: 'ext4',
        label: 'k%C3%A9pek',
        last_mounted: '2026-08-01T08:00:00Z',
      },
    ],
    more: 0,
  },
  facts_sha256: 'b'.repeat(64),
  nonce: 'c'.repeat(64),
  created: '2026-08-03T11:30:00Z',
  expires: '2026-08-03T12:30:00Z',
  threshold: 1,
  requested_by: { door: 'guest', vmid: 9200 },
};
export const MESSAGE = formatApproval(PAYLOAD);

/** What plain ssh-keygen(1) says, without ours before it. */
export async function acceptedByKeygen({
  allowed,
  armor,
  message = MESSAGE,
  principal = 'anna',
}: {
  readonly allowed: string;
  readonly armor: string;
  readonly message?: string;
  readonly principal?: string;
}): Promise<boolean> {
  const folder = makeSigningFolder();
  const files = { allowed, armor, message };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, 'latin1');
  const file = await open(join(folder, 'message'));
  try {
    const ran = await runTool({
      file: 'ssh-keygen',
      args: [
        ['-Y', 'verify', '-n', APPROVAL_NAMESPACE, '-I', principal, '-O', `verify-time=${formatUtc(NOON)}`],
        ['-f', join(folder, 'allowed'), '-s', join(folder, 'armor')],
      ].flat(),
      deadlineMs: 10_000,
      stdin: file.fd,
    });
    return ran.state === 'ended' && ran.code === 0;
  } finally {
    await file.close();
  }
}
