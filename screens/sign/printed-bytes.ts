// Way C: the bytes as they are printed on the main screen, where a terminal lets people copy whole lines.
import { formatDigest } from '../../src/base/texts/tell-operation.ts';
import { formatMoment } from '../../src/base/units.ts';
import { hereDocument } from '../../src/contracts/sign-by-hand.ts';
import type { TheBytes } from '../../state/sign-view.ts';
import { lineText, segment, wrap } from '../draw/line.ts';
import type { Session } from '../session.ts';
import { SIGN_COMMAND } from './laptop-steps.ts';

/** Plain lines, ready for a shell. */
export function printedBytes(
  { text, size }: Session,
  { message, sha256, payload, expires }: TheBytes,
): readonly string[] {
  const say = text();
  const digest = formatDigest(sha256);
  const commands = [
    '',
    `# ${say('sign.printed', { id: payload.op_id, until: formatMoment(expires) })}`,
    ...hereDocument(message),
    `sha256sum op.json   # ${digest}`,
    'cat op.json',
    SIGN_COMMAND,
    'cat op.json.sig',
    '',
  ];
  const said = [say('sign.printed-digest', { digest }), say('sign.printed-back')];
  return [
    ...commands.map((line) => lineText([segment(line)])),
    ...said.flatMap((line) => wrap(line, size().columns)).map(lineText),
  ];
}
