// The three ways to a signature, and what each asks for.
import { formatDigest } from '../../src/base/texts/tell-operation.ts';
import { formatDuration, formatMoment } from '../../src/base/units.ts';
import { SIGN_DEADLINE_MS } from '../../src/contracts/signer.ts';
import {
  chosenKey,
  countLines,
  isTooLong,
  isWhole,
  type KeyRow,
  type SignView,
  type TheBytes,
} from '../../state/sign-view.ts';
import { cutLine, segment, wrap, type Line } from '../draw/line.ts';
import type { Model } from '../draw/model.ts';
import type { Session } from '../session.ts';
import type { Section } from './draw.ts';
import { laptopSteps } from './laptop-steps.ts';

export function waySection(session: Session, view: SignView, model: Model, width: number): Section {
  const { text } = model;
  const { bytes, way } = view;
  if (bytes.state !== 'there') {
    const asking = bytes.state === 'asking';
    return { title: text('sign.now'), lines: [], foot: asking ? [] : [keyLine('r', text('sign.try-again'))] };
  }
  if (bytes.outdated || bytes.expires <= session.now()) {
    const why = text(bytes.outdated ? 'off.sign-outdated' : 'off.sign-expired');
    return {
      title: text('sign.now'),
      lines: wrap(why, width, 'bad'),
      foot: [keyLine('r', text('sign.new-bytes'))],
    };
  }
  if (way === 'laptop') return laptopSection(session, view, model, width);
  if (way === 'agent') return agentSection(view, model, width);
  if (way === 'offline') return offlineSection(view, bytes, model, width);
  return {
    title: text('sign.how'),
    lines: [
      ...hanging('a', text('sign.way-laptop'), width),
      ...hanging('b', text('sign.way-agent'), width),
      ...hanging('c', text('sign.way-offline'), width),
      ...hanging('w', text(`sign.way-wipe.${bytes.payload.args.wipe}`), width, 'dim'),
    ],
    foot: busyLines(view, model),
  };
}

const keyLine = (key: string, words: string): Line => [segment(` ${key} `, 'key'), segment(words)];

/** A key and what it does, further lines below the words. */
const hanging = (key: string, words: string, width: number, tone: 'plain' | 'dim' = 'plain'): Line[] =>
  wrap(words, width - 3, tone).map((line, index): Line => [
    index === 0 ? segment(` ${key} `, 'key') : segment('   '),
    ...line,
  ]);

/** What is waited for, while something is. */
const busyLines = ({ doing }: SignView, { text }: Model): Line[] =>
  doing === null ? [] : [[segment(text(`sign.doing.${doing.what}`), 'info')]];

function laptopSection(session: Session, view: SignView, model: Model, width: number): Section {
  const { text } = model;
  const { lines } = laptopSteps(session, view.operation.id);
  return {
    title: text('sign.way-laptop'),
    lines: [
      ...lines.flatMap((line, index) => hanging(String(index + 1), line, width)),
      ...wrap(text('sign.laptop-waits'), width, 'dim'),
    ],
    foot: busyLines(view, model),
  };
}

function agentSection(view: SignView, model: Model, width: number): Section {
  const { text } = model;
  const { keys, doing } = view;
  const rows = keys.state === 'listed' ? keys.rows : [];
  return {
    title: text('sign.way-agent'),
    lines: [
      ...wrap(text('sign.agent-warning'), width, 'warn'),
      ...(keys.state === 'listing' ? [[segment(text('sign.listing'), 'info')]] : []),
      ...rows.map((row, index) => keyRow(row, index === view.choice && row.state === 'usable', model, width)),
    ],
    foot: doing === null ? wordLines(view, model, width) : waiting(view, model, width),
  };
}

/** Whether it may sign stands first, in words; what is foreign stands last. */
function keyRow(row: KeyRow, isChosen: boolean, { text, glyphs }: Model, width: number): Line {
  const usable = row.state === 'usable';
  const mark = isChosen ? glyphs.cursor : ' ';
  const touch = row.touch ? ` ${glyphs.separator} ${text('sign.wants-touch')}` : '';
  return cutLine(
    [
      segment(` ${mark} `, 'key'),
      segment(`${text(`signer-state.${row.state}`)}${touch}  `, usable ? 'good' : 'dim'),
      segment(row.principal === null ? '' : `${row.principal}  `, usable ? 'strong' : 'dim'),
      segment(`${row.keyType}  ${row.fingerprint}  `, 'dim'),
      segment(row.comment, 'dim'),
    ],
    width,
  );
}

function wordLines(view: SignView, model: Model, width: number): readonly Line[] {
  const { text } = model;
  const key = chosenKey(view);
  if (view.keys.state === 'listing') return [];
  if (key === undefined) return wrap(text('sign.list-again'), width, 'strong');
  const word = view.operation.confirm_word;
  return [
    ...wrap(text('sign.type-word', { word, principal: key.principal ?? '' }), width, 'strong'),
    [segment('> ', 'key'), segment(view.typed), segment(' ', 'selected')],
  ];
}

function waiting(view: SignView, model: Model, width: number): readonly Line[] {
  const { doing } = view;
  if (doing?.what !== 'sign') return busyLines(view, model);
  const left = formatDuration(doing.since + SIGN_DEADLINE_MS - model.nowMs, model.text.language);
  const touch = chosenKey(view)?.touch === true ? 'sign.waiting-touch' : 'sign.waiting';
  return wrap(model.text(touch, { left }), width, 'info');
}

function offlineSection(view: SignView, bytes: TheBytes, model: Model, width: number): Section {
  const { text } = model;
  const until = text(bytes.offline ? 'sign.offline-long' : 'sign.offline-short', {
    at: formatMoment(bytes.expires),
    left: formatDuration(bytes.expires - model.nowMs, text.language),
  });
  return {
    title: text('sign.way-offline'),
    lines: [
      ...wrap(until, width, bytes.offline ? 'dim' : 'warn'),
      ...hanging('p', text('sign.offline-print', { digest: formatDigest(bytes.sha256) }), width),
      ...wrap(text('sign.offline-paste'), width),
    ],
    foot: view.doing === null ? pastedLines(view, model, width) : busyLines(view, model),
  };
}

/** How much is there, and its beginning and end: enough to see that it is a signature, and which one. */
function pastedLines({ pasted }: SignView, model: Model, width: number): readonly Line[] {
  const { text } = model;
  const caret = segment(' ', 'selected');
  if (pasted === '') return [[segment('> ', 'key'), caret, segment(`  ${text('sign.paste-here')}`, 'dim')]];
  const lines = pasted.split('\n').filter((line) => line.trim() !== '');
  const last = lines.at(-1) ?? '';
  const state = isTooLong(pasted)
    ? segment(text('sign.too-long'), 'bad')
    : isWhole(pasted)
      ? segment(text('sign.pasted', { lines: countLines(pasted) }), 'strong')
      : segment(text('sign.pasted-part', { lines: countLines(pasted) }), 'warn');
  return [
    ...wrap(state.text, width, state.tone),
    cutLine([segment('> ', 'key'), segment(last), caret], width),
  ];
}
