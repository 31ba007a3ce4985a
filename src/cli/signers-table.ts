// Signers and keys for people: who may approve, which keys are here, and what is wrong with the files.
import type { Text } from '../base/texts/text.ts';
import { formatMoment } from '../base/units.ts';
import type { KeyRow } from '../contracts/match-keys.ts';
import { tellProblem, type SignersTold } from '../contracts/signers-told.ts';
import type { Output } from './print.ts';
import { formatTable } from './table.ts';

export function printSigners(out: Output, { signers, policy, namespace }: SignersTold, text: Text): void {
  if (signers.length > 0) {
    const rows = signers.map((row) => [
      row.principal,
      text(`signer-state.${row.state}`),
      row.key_type,
      row.fingerprint,
      tellBound(row.valid_after),
      tellBound(row.valid_before),
      String(row.line),
    ]);
    const columns = [
      { title: text('signers.column.principal'), minWidth: 12 },
      { title: text('signers.column.state') },
      { title: text('signers.column.type'), minWidth: 8, dispensable: 3 },
      { title: text('signers.column.fingerprint') },
      { title: text('signers.column.from'), dispensable: 2 },
      { title: text('signers.column.until'), dispensable: 1 },
      { title: text('signers.column.line'), align: 'right', dispensable: 4 },
    ] as const;
    for (const line of formatTable(columns, rows, out.columns)) out.line(line);
  }
  if (policy === null) return;
  const { threshold, lifetime_minutes: minutes, offline_hours: hours, approvers } = policy;
  out.line(text('signers.policy', { threshold, minutes, hours }));
  if (approvers !== null) out.line(text('signers.approvers', { approvers: approvers.join(', ') }));
  if (policy.security_key) out.line(text('signers.security-key'));
  if (policy.pin) out.line(text('signers.pin'));
  out.line(text('signers.namespace', { namespace }));
}

const tellBound = (ms: number | null): string => (ms === null ? '-' : formatMoment(ms));

export function printProblems(err: Output, { problems }: SignersTold): void {
  for (const problem of problems) err.line({ text: tellProblem(problem), style: 'bad' });
}

export function printKeys(err: Output, keys: readonly KeyRow[], text: Text): void {
  const rows = keys.map(({ fingerprint, state, touch, principal, keyType, comment }) => [
    fingerprint,
    `${text(`signer-state.${state}`)}${touch ? `, ${text('sign.wants-touch')}` : ''}`,
    principal ?? '-',
    keyType,
    comment,
  ]);
  const columns = [
    { title: text('signers.column.fingerprint') },
    { title: text('signers.column.state'), minWidth: 10 },
    { title: text('signers.column.principal'), minWidth: 10 },
    { title: text('signers.column.type'), minWidth: 8, dispensable: 1 },
    { title: text('signers.column.comment'), minWidth: 8, dispensable: 2 },
  ] as const;
  for (const line of formatTable(columns, rows, err.columns)) err.line(line);
}
