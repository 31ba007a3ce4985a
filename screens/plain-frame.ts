// One frame without a terminal: the overview as plain lines, whole, for a pipe or a file.
import { drawPlain } from './draw/plain.ts';
import { layoutOf } from './layout.ts';
import { rehearsalBanner } from './rehearsal-banner.ts';
import { overviewHeight, overviewScreen } from './overview.ts';
import { listOf } from '../state/view.ts';
import { statusLine } from './status-line.ts';
import type { Session } from './session.ts';

/** Lines without control sequences, as many as the overview has. */
export function plainFrame(session: Session, columns: number): readonly string[] {
  const view = session.console.view.getState();
  const model = session.model();
  const { bodyColumns } = layoutOf({ columns, rows: Number.MAX_SAFE_INTEGER });
  const height = overviewHeight(model, bodyColumns);
  const body = overviewScreen.body(model, listOf(view), { width: bodyColumns, height }, -1);
  return [statusLine(session, view, model, columns), ...rehearsalBanner(model), ...body].map(drawPlain);
}
