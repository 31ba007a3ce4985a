// Who may approve on this host, read from its files each time anew: what root takes out counts at once.
import { join, resolve } from 'node:path';
import { sha256 } from '../base/digest.ts';
import type { RunTool } from '../base/run-tool.ts';
import { APPROVAL_NAMESPACE } from '../contracts/approval-payload.ts';
import type { SignersTold } from '../contracts/signers-told.ts';
import { DEFAULT_SIGNING_POLICY, type SigningPolicy } from '../contracts/signing-policy.ts';
import { parseAllowedSigners } from './allowed-signers.ts';
import { DEFAULT_KEY_FOLDERS, readHostKeys } from './host-keys.ts';
import { parsePolicy } from './parse-policy.ts';
import { parseRevokedSigners } from './revoked-signers.ts';
import { stateOfSigner, type TrustedSigner } from './signer-state.ts';
import { readTrustFile, whyNoTrustFolder, type TrustFile } from './trust-file.ts';

export type Trust = {
  /** Without, nobody can approve anything; `told.problems` say why. */
  readonly ready: boolean;
  readonly told: SignersTold;
  /** What was read, to the letter: the second verifier gets the very same. */
  readonly allowedText: string;
  readonly revokedText: string;
  readonly signers: readonly TrustedSigner[];
  /** Blobs in base64, also of keys that are nobody's. */
  readonly revoked: ReadonlySet<string>;
  /** Null when it cannot be read. */
  readonly policy: SigningPolicy | null;
  /** Of all three files: it changes when anything in them does. */
  readonly digest: string;
};

export type ReadTrust = {
  /** Where the three files stand. */
  readonly folder: string;
  /** Where private keys would lie that make this host its own approver. */
  readonly keyFolders?: readonly string[];
  readonly runTool: RunTool;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

type Problem = Readonly<SignersTold['problems'][number]>;

const DIGEST_DOMAIN = 'felhom trust files v1';
const TOOL_DEADLINE_MS = 10_000;

/** Never throws: whatever is wrong is among the problems, and then nobody can approve. */
export async function readTrust(request: ReadTrust): Promise<Trust> {
  const { keyFolders = DEFAULT_KEY_FOLDERS, runTool, now } = request;
  const folder = resolve(request.folder);
  const why = await whyNoTrustFolder(folder);
  const read = async (name: string): Promise<NamedFile> => {
    const path = join(folder, name);
    return { path, file: why === undefined ? await readTrustFile(path) : { state: 'missing' } };
  };
  const allowed = judgeAllowed(await read('allowed_signers'));
  const revoked = judgeRevoked(await read('revoked_signers'));
  const policy = judgePolicy(await read('policy.yaml'));
  const onHost = await readHostKeys(keyFolders, runTool);
  const problems: readonly Problem[] = [
    // Of files in such a folder there is nothing to say.
    ...(why === undefined
      ? [...allowed.problems, ...revoked.problems, ...policy.problems]
      : [{ file: folder, line: null, detail: why }]),
    ...onHost.problems.map((problem) => ({ ...problem, line: null })),
    ...(await whyNoSecondVerifier(runTool)),
  ];
  const revokedBlobs = new Set(revoked.keys.map(({ blob }) => blob.toString('base64')));
  const signers = allowed.signers.map((signer): TrustedSigner => {
    const blob = signer.key.blob.toString('base64');
    const isToken = signer.key.application !== null;
    return { ...signer, revoked: revokedBlobs.has(blob), onHost: !isToken && onHost.blobs.has(blob) };
  });
  const ready = problems.length === 0;
  return {
    ready,
    told: tell({ ready, problems, signers, policy: policy.policy, now }),
    allowedText: allowed.text ?? '',
    revokedText: revoked.text ?? '',
    signers,
    revoked: revokedBlobs,
    policy: policy.policy,
    digest: sha256(DIGEST_DOMAIN, JSON.stringify([allowed.text, revoked.text, policy.text])),
  };
}

type NamedFile = { readonly path: string; readonly file: TrustFile };

/** Null when it was not read. */
const textOf = ({ file }: NamedFile): string | null => (file.state === 'read' ? file.text : null);

function whyNotRead({ path, file }: NamedFile, remedy: string): readonly Problem[] {
  if (file.state === 'read') return [];
  const detail = file.state === 'missing' ? `it is missing, so nobody can approve: ${remedy}` : file.detail;
  return [{ file: path, line: null, detail }];
}

function judgeAllowed(named: NamedFile) {
  const text = textOf(named);
  const { signers, problems } = parseAllowedSigners(text ?? '');
  const told: readonly Problem[] = problems.map((problem) => ({ file: named.path, ...problem }));
  const nobody = { file: named.path, line: null, detail: 'nobody stands in it: add a line for who may sign' };
  return {
    text,
    signers,
    problems: [
      ...whyNotRead(named, 'write a line into it for who may sign'),
      ...told,
      ...(text !== null && signers.length + problems.length === 0 ? [nobody] : []),
    ],
  };
}

function judgeRevoked(named: NamedFile) {
  const text = textOf(named);
  const { keys, problems } = parseRevokedSigners(text ?? '');
  const told: readonly Problem[] = problems.map((problem) => ({ file: named.path, ...problem }));
  return { text, keys, problems: [...whyNotRead(named, `touch ${named.path}`), ...told] };
}

/** Without the file nothing is asked beyond the least. */
function judgePolicy(named: NamedFile) {
  const text = textOf(named);
  if (named.file.state === 'missing') return { text, policy: DEFAULT_SIGNING_POLICY, problems: [] };
  const parsed = parsePolicy(text ?? '');
  const problems: readonly Problem[] =
    text === null ? whyNotRead(named, '') : 'detail' in parsed ? [{ file: named.path, ...parsed }] : [];
  return { text, policy: 'detail' in parsed ? null : parsed, problems };
}

/** Without it no signature would count, and whoever sets up a host should know before. */
async function whyNoSecondVerifier(runTool: RunTool): Promise<readonly Problem[]> {
  const ran = await runTool({ file: 'ssh-keygen', args: ['-Y', 'verify'], deadlineMs: TOOL_DEADLINE_MS });
  if (ran.state === 'ended') return [];
  const detail = `ssh-keygen cannot be run (${ran.state}), and it has to agree: apt install openssh-client`;
  return [{ file: '', line: null, detail }];
}

function tell(of: {
  readonly ready: boolean;
  readonly problems: readonly Problem[];
  readonly signers: readonly TrustedSigner[];
  readonly policy: SigningPolicy | null;
  readonly now: number;
}): SignersTold {
  const { ready, problems, signers, policy, now } = of;
  return {
    ready,
    problems: [...problems],
    signers: signers.map((signer) => ({
      principal: signer.principal,
      fingerprint: signer.key.fingerprint,
      key_type: signer.key.type,
      state: stateOfSigner(signer, policy ?? DEFAULT_SIGNING_POLICY, now),
      valid_after: signer.validAfter,
      valid_before: signer.validBefore,
      line: signer.line,
    })),
    policy:
      policy === null
        ? null
        : {
            threshold: policy.threshold,
            lifetime_minutes: policy.lifetime_minutes,
            offline_hours: policy.offline_hours,
            approvers: policy.approvers ?? null,
            security_key: policy.security_key,
            pin: policy.pin,
          },
    namespace: APPROVAL_NAMESPACE,
  };
}
