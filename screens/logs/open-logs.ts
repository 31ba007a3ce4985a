// Opens the log of a container: followed where the source can, else the last lines in its detail.
import type { Session } from '../session.ts';
import type { Where } from '../where.ts';

export function openLogs(session: Session, where: Where, rowId: string): void {
  const { view, source, logs } = session.console;
  const detail = where.screen.detail(session.model(), rowId);
  if (source.followLog !== undefined) {
    view.setState({ overlay: { kind: 'logs' } });
    return logs.open(rowId, detail?.title ?? rowId);
  }
  const tab = Math.max(0, detail?.tabs.findIndex(({ title }) => title === 'tab.logs') ?? 0);
  view.setState({ detail: { rowId, tab, scroll: Number.MAX_SAFE_INTEGER } });
}
