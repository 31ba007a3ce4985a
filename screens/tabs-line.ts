// The line of tabs: every screen by its key, with what its badge says.
import { SCREEN_IDS, type ScreenId } from '../src/contracts/screen-ids.ts';
import type { ViewState } from '../state/view.ts';
import { allScreens } from './all-screens.ts';
import { cutLine, lineWidth, segment, type Line } from './draw/line.ts';
import type { Model } from './draw/model.ts';

/** Tabs whose titles stay longest: those that have something to show without an agent. */
const TITLED_LONGEST = 4;
/** What somebody must look after is told longest: findings, operations that wait, a broken ledger. */
const BADGED_LONGEST: ReadonlySet<ScreenId> = new Set(['health', 'pending', 'ledger']);

/** Shortened in steps until it fits. */
export function tabsLine(view: ViewState, model: Model, width: number): Line {
  const variants: readonly {
    titled: (id: ScreenId, index: number) => boolean;
    badged: (id: ScreenId) => boolean;
  }[] = [
    { titled: () => true, badged: () => true },
    { titled: () => true, badged: (id) => BADGED_LONGEST.has(id) },
    {
      titled: (id, index) => id === view.screen || index < TITLED_LONGEST,
      badged: (id) => BADGED_LONGEST.has(id),
    },
    { titled: (id) => id === view.screen, badged: (id) => BADGED_LONGEST.has(id) },
    { titled: () => false, badged: () => false },
  ];
  let drawn: Line = [];
  for (const { titled, badged } of variants) {
    drawn = SCREEN_IDS.flatMap((id, index) => {
      const badge = badged(id) ? allScreens[id].badge(model) : undefined;
      const active = view.screen === id;
      const title = titled(id, index) ? ` ${model.text(allScreens[id].title)}` : '';
      return [
        segment(` ${index + 1}${title}`, active ? 'selected' : 'plain'),
        ...(badge === undefined ? [] : [segment(` ${badge.text}`, active ? 'selected' : badge.tone)]),
        segment(' ', active ? 'selected' : 'plain'),
      ];
    });
    if (lineWidth(drawn) <= width) break;
  }
  return cutLine(drawn, width);
}
