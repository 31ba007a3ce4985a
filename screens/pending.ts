// Screen 5: operations on disks. Those that wait or run first, then what became of the others.
import { tellProgress, tellRequester } from '../src/base/texts/tell-operation.ts';
import { formatDuration } from '../src/base/units.ts';
import type { Operation } from '../src/contracts/facts/operations.ts';
import { isOpen, validUntil } from '../src/contracts/operation-states.ts';
import { verdictTone } from './disks/row.ts';
import { tellReason } from '../src/base/texts/tell-signal.ts';
import { agentNote, whyEmpty } from './draw/absent-subject.ts';
import { defineList } from './draw/define-list.ts';
import { segment, type Segment, type Tone } from './draw/line.ts';
import { lastFacts, type Model } from './draw/model.ts';
import { operationActions } from './pending/actions.ts';
import { operationTabs } from './pending/detail.ts';
import { listOperations, stateTone, tellEnd } from './pending/words.ts';

/** Ended ones are dimmed as a whole; their state keeps its tone. */
const cell = (operation: Operation, words: string, tone: Tone = 'plain'): Segment =>
  segment(words, isOpen(operation) ? tone : 'dim');

export const pendingScreen = defineList<Operation>({
  id: 'pending',
  title: 'screen.pending',
  badge: (model) => {
    const open = (lastFacts(model, 'operations')?.operations ?? []).filter(isOpen).length;
    return open === 0 ? undefined : { text: String(open), tone: 'warn' };
  },
  inputs: (model) => [model.observations.operations?.lastOk],
  rows: listOperations,
  rowId: ({ id }) => id,
  columns: [
    {
      id: 'state',
      title: 'column.state',
      width: 11,
      rank: 1,
      cell: (operation, model) =>
        segment(model.text(`op.state.${operation.state}`), stateTone[operation.state]),
      sortBy: ({ state }) => state,
    },
    {
      id: 'device',
      title: 'column.device',
      width: 12,
      rank: 2,
      cell: (operation) => cell(operation, operation.device, 'strong'),
      sortBy: ({ device }) => device,
    },
    {
      id: 'fstype',
      title: 'column.new-type',
      width: 5,
      rank: 4,
      cell: (operation) => cell(operation, operation.fstype),
      sortBy: ({ fstype }) => fstype,
    },
    {
      id: 'verdict',
      title: 'column.flag',
      width: 10,
      rank: 5,
      cell: (operation, model) =>
        // What was on it when it was asked for says nothing of a disk that it is over for.
        isOpen(operation)
          ? cell(operation, model.text(`verdict.${operation.verdict}`), verdictTone[operation.verdict])
          : segment(model.glyphs.dash, 'dim'),
      sortBy: ({ verdict }) => verdict,
    },
    {
      id: 'age',
      title: 'column.age',
      width: 8,
      rank: 7,
      cell: (operation, model) =>
        cell(operation, formatDuration(model.nowMs - operation.created, model.text.language), 'dim'),
      sortBy: ({ created }) => created,
    },
    {
      id: 'expires',
      title: 'column.expires',
      width: 8,
      rank: 6,
      cell: expiryCell,
      sortBy: validUntil,
    },
    {
      id: 'how',
      title: 'column.progress',
      width: 22,
      grows: true,
      rank: 3,
      cell: progressCell,
    },
    {
      id: 'by',
      title: 'column.asked-by',
      width: 18,
      rank: 8,
      cell: (operation, model) => cell(operation, tellRequester(model.text, operation.requested_by)),
    },
    {
      id: 'model',
      title: 'column.model',
      width: 16,
      grows: true,
      rank: 9,
      cell: (operation, model) => cell(operation, operation.disk.model ?? model.glyphs.dash),
      sortBy: ({ disk }) => disk.model,
    },
    {
      id: 'number',
      title: 'column.durable-id',
      width: 32,
      rank: 10,
      cell: (operation) => cell(operation, operation.durable_id, 'dim'),
      sortBy: ({ durable_id }) => durable_id,
    },
  ],
  twoLines: [
    ['state', 'device', 'fstype', 'age'],
    ['how', 'by'],
  ],
  detail: (operation, model) => ({ title: operation.id, tabs: operationTabs(operation, model) }),
  copies: (operation) => [
    { label: 'field.id', value: operation.id },
    { label: 'field.durable-id', value: operation.durable_id },
    { label: 'field.new-uuid', value: operation.fs_uuid },
    { label: 'field.digest', value: operation.facts_sha256 },
  ],
  actions: operationActions,
  raw: (operation) => operation,
  empty: (model, width) =>
    whyEmpty(
      model,
      'operations',
      { title: 'screen.pending', why: 'pending.why', how: 'pending.how', none: 'pending.none' },
      width,
    ),
  notice: (model) => agentNote(model, 'operations'),
});

function expiryCell(operation: Operation, model: Model): Segment {
  if (!isOpen(operation) || operation.state === 'claimed') return segment(model.glyphs.dash, 'dim');
  const left = validUntil(operation) - model.nowMs;
  return left > 0
    ? segment(formatDuration(left, model.text.language))
    : segment(model.text('pending.expired'), 'warn');
}

/** How far it is while it runs, how it ended after, what it waits for before. */
function progressCell(operation: Operation, model: Model): Segment {
  const { text } = model;
  if (!isOpen(operation)) return cell(operation, tellEnd(model, operation));
  if (operation.state !== 'claimed') return segment(tellReason(model.text, operation), 'dim');
  const stage = operation.stage === null ? '' : text(`op.stage.${operation.stage}`);
  const { progress } = operation;
  if (progress === null) return segment(stage, 'info');
  return segment(`${tellProgress(model.text, progress)}  ${stage}`, progress.stalled ? 'bad' : 'info');
}
