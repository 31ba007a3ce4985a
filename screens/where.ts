// Which screen is shown, with its list and rows; asked by the frame and by every key.
import type { ListPlace } from '../state/view.ts';
import { cursorAmong, listOf, type ViewState } from '../state/view.ts';
import { allScreens } from './all-screens.ts';
import type { Model } from './draw/model.ts';
import type { Screen } from './draw/screen.ts';
import type { Place } from './keys.ts';

export type Where = {
  readonly screen: Screen;
  readonly list: ListPlace;
  readonly ids: readonly string[];
  /** The row under the cursor, or the one whose detail is open. */
  readonly rowId: string | undefined;
  readonly place: Place;
};

export function whereIs(view: ViewState, model: Model): Where {
  const screen = allScreens[view.screen];
  const list = listOf(view);
  const ids = screen.ids(model, list);
  return {
    screen,
    list,
    ids,
    rowId: view.detail?.rowId ?? ids[cursorAmong(list, ids)],
    place: view.detail === null ? screen.place : 'detail',
  };
}
