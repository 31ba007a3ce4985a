// What can be done with the selected rows: with one what its screen declares, with several marked ones
// what can be done with each of them.
import type { CallController } from '../../src/contracts/controller-routes.ts';
import type { CallRoute } from '../../src/contracts/source.ts';
import type { OverlayOf } from '../../state/view.ts';
import type { Model } from '../draw/model.ts';
import type { Screen } from '../draw/screen.ts';
import type { Where } from '../where.ts';
import { askedAbout, fieldsOf, type Action } from './action.ts';

/** The marked rows, hidden ones too; else the one under the cursor or whose detail is open. */
export function selectedRows({ place, list, rowId }: Where): readonly string[] {
  if (place === 'list' && list.marks.size > 0) return [...list.marks];
  return rowId === undefined ? [] : [rowId];
}

export function actionsOf(model: Model, screen: Screen, rowIds: readonly string[]): readonly Action[] {
  const [first = [], ...others] = rowIds.map((id) => screen.actions(model, id));
  if (others.length === 0) return first;
  return first.map((action) =>
    together(model, [action, ...others.map((set) => set.find(({ id }) => id === action.id))]),
  );
}

/** Who the targets are; empty when there are none. */
export const targetsOf = (actions: readonly Action[]): string => actions[0]?.target ?? '';

/** The action that a dialog asks about, as it is now; nothing when it is no longer the same. */
export function askedAction(
  model: Model,
  screen: Screen,
  { rowIds, action: id, held }: OverlayOf<'confirm'>,
): Action | undefined {
  const action = actionsOf(model, screen, rowIds).find((each) => each.id === id);
  return action !== undefined && askedAbout(action) === held ? action : undefined;
}

/** One action on several rows: only what a `y` is enough for, and only when it can be done with all. */
function together({ text }: Model, each: readonly (Action | undefined)[]): Action {
  const there = each.filter((action) => action !== undefined);
  const [first] = there;
  if (first === undefined) throw new Error('an action on several rows needs one of them');
  const gone = there.length < each.length ? text('actions.mark-gone') : undefined;
  const alone = there.some(isForOne) ? text('actions.one-only') : undefined;
  const blocked = there.find(({ off }) => off !== undefined);
  const shared = {
    off: gone ?? alone ?? (blocked && `${blocked.targetName}: ${blocked.off ?? ''}`),
    targetName: text('actions.rows', { count: there.length }),
    target: JSON.stringify(there.map(({ target }) => target)),
    affects: there.flatMap(({ targetName, affects }) => [targetName, ...affects.map((line) => `  ${line}`)]),
  };
  if (first.by === 'terminal' || first.tier === 3) return { ...first, ...shared };
  // Several at once are asked about, even where one is not.
  const tier = first.tier === 2 ? 2 : 1;
  const said: string[] = [];
  if (first.by === 'agent') {
    const run = async (call: CallRoute) => {
      for (const action of there) {
        if (action.by === 'agent' && action.tier !== 3) said.push((await action.run(call)).said);
      }
      return { said: said.join(' ') };
    };
    return { ...first, ...shared, tier, run };
  }
  const run = async (call: CallController) => {
    for (const action of there) {
      if (action.by === 'controller') said.push((await action.run(call, [])).said);
    }
    return { said: said.join(' ') };
  };
  return { ...first, ...shared, tier, run };
}

/** What asks for more than a `y`, or is done once whatever rows are marked. */
const isForOne = (action: Action): boolean =>
  action.tier > 1 ||
  action.by === 'terminal' ||
  fieldsOf(action).length > 0 ||
  (action.by === 'controller' && action.looksFirst !== undefined);
