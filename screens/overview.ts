// Screen 1: the machine at a glance. Panels; Tab moves between them, Enter opens the screen behind one.
import { beside, blank, cutLine, type Line } from './draw/line.ts';
import { ruled, type Model } from './draw/model.ts';
import type { Box, Screen } from './draw/screen.ts';
import { scrolledTo } from './draw/window.ts';
import { busiestPanel } from './overview/busiest.ts';
import { containersPanel } from './overview/containers.ts';
import { drivesPanel } from './overview/drives.ts';
import { findingsPanel } from './overview/findings.ts';
import { hostPanel } from './overview/host.ts';
import { linksPanel } from './overview/links.ts';
import type { Panel } from './overview/panel.ts';
import { pendingPanel } from './overview/pending.ts';
import { storagePanel } from './overview/storage.ts';

const TWO_COLUMNS_FROM = 100;

/** Top to bottom on a narrow terminal: what is wrong before what is merely busy. */
const PANELS: readonly Panel[] = [
  hostPanel,
  findingsPanel,
  pendingPanel,
  storagePanel,
  drivesPanel,
  containersPanel,
  linksPanel,
  busiestPanel,
];

export const overviewScreen: Screen = {
  id: 'overview',
  title: 'screen.overview',
  place: 'panels',
  badge: () => undefined,
  ids: () => [],
  sortable: [],
  detail: () => undefined,
  copies: () => [],
  raw: () => undefined,
  actions: () => [],
  panels: PANELS.map((panel) => panel.opens),
  // It scrolls by lines: its list place holds the first visible one.
  body: (model, place, box, focus) => scrolledTo(composed(model, box, focus), place.cursorIndex, box.height),
};

function composed(model: Model, box: Box, focus: number): readonly Line[] {
  const { width, height } = box;
  const draw = (side: Panel['side'] | undefined, columnWidth: number, room: number): Line[] =>
    PANELS.flatMap((panel, index) =>
      side !== undefined && panel.side !== side
        ? []
        : [
            ruled(
              model,
              `${index === focus ? `${model.glyphs.cursor} ` : ''}${model.text(panel.title)}`,
              columnWidth,
            ),
            ...panel.lines(model, columnWidth, room).map((each) => cutLine(each, columnWidth)),
            blank,
          ],
    );
  if (width < TWO_COLUMNS_FROM) return draw(undefined, width, 0);
  const left = Math.floor((width - 2) / 2);
  const right = width - 2 - left;
  const spare = height - draw('left', left, 0).length;
  return beside(draw('left', left, Math.max(0, spare)), draw('right', right, 0), left, right);
}

/** How many lines the overview would take, so that scrolling knows its end. */
export const overviewHeight = (model: Model, width: number): number =>
  composed(model, { width, height: 0 }, 0).length;
