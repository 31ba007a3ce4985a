// Every key of the console: what it is called, what it does and where. Plain data, so that
// footer, help, palette and the manual come from it without loading Ink.
import type { TextKey } from '../src/base/texts/text.ts';

/**
 * Where a key acts: `list` on screens with rows, `panels` on the overview, `detail` in a detail view, `sign`
 * where an operation is signed, `logs` where a container's log is read.
 */
export type Place = 'list' | 'panels' | 'detail' | 'note' | 'sign' | 'logs';

export type KeyRow = {
  readonly id: string;
  /** Names as `key-names.ts` makes them; two keys in a row are written with a space. */
  readonly keys: readonly string[];
  readonly help: TextKey;
  readonly places: readonly Place[];
  /** Shown in the footer, lowest first; not at all without it. */
  readonly footer?: number;
  /** What the footer calls it. */
  readonly label?: TextKey;
};

const ALL: readonly Place[] = ['list', 'panels', 'detail', 'note'];
const MOVING: readonly Place[] = ['list', 'panels', 'detail'];
const ROWS: readonly Place[] = ['list', 'detail'];

export const allKeys = [
  { id: 'move.down', keys: ['j', 'Down'], help: 'key.move.down', places: MOVING },
  { id: 'move.up', keys: ['k', 'Up'], help: 'key.move.up', places: MOVING },
  { id: 'move.top', keys: ['g g', 'Home'], help: 'key.move.top', places: MOVING },
  { id: 'move.bottom', keys: ['G', 'End'], help: 'key.move.bottom', places: MOVING },
  { id: 'move.page-down', keys: ['Ctrl+d', 'PgDn'], help: 'key.move.page-down', places: MOVING },
  { id: 'move.page-up', keys: ['Ctrl+u', 'PgUp'], help: 'key.move.page-up', places: MOVING },
  { id: 'screen.overview', keys: ['1'], help: 'screen.overview', places: ALL },
  { id: 'screen.disks', keys: ['2'], help: 'screen.disks', places: ALL },
  { id: 'screen.containers', keys: ['3'], help: 'screen.containers', places: ALL },
  { id: 'screen.health', keys: ['4'], help: 'screen.health', places: ALL },
  { id: 'screen.pending', keys: ['5'], help: 'screen.pending', places: ALL },
  { id: 'screen.stacks', keys: ['6'], help: 'screen.stacks', places: ALL },
  { id: 'screen.guests', keys: ['7'], help: 'screen.guests', places: ALL },
  { id: 'screen.ledger', keys: ['8'], help: 'screen.ledger', places: ALL },
  { id: 'panel.next', keys: ['Tab', 'l', 'Right'], help: 'key.panel.next', places: ['panels'] },
  { id: 'panel.previous', keys: ['Shift+Tab', 'h', 'Left'], help: 'key.panel.previous', places: ['panels'] },
  { id: 'tab.next', keys: [']', 'Tab', 'l', 'Right'], help: 'key.tab.next', places: ['detail'] },
  { id: 'tab.previous', keys: ['[', 'Shift+Tab', 'h', 'Left'], help: 'key.tab.previous', places: ['detail'] },
  {
    id: 'open',
    keys: ['Enter'],
    help: 'key.open',
    places: ['list', 'panels'],
    footer: 1,
    label: 'footer.open',
  },
  { id: 'back', keys: ['Esc'], help: 'key.back', places: ALL, footer: 2, label: 'footer.back' },
  { id: 'quit', keys: ['q'], help: 'key.quit', places: ALL, footer: 9, label: 'footer.quit' },
  { id: 'palette', keys: [':'], help: 'key.palette', places: ALL, footer: 4, label: 'footer.palette' },
  { id: 'filter', keys: ['/'], help: 'key.filter', places: ['list'], footer: 3, label: 'footer.filter' },
  { id: 'help', keys: ['?'], help: 'key.help', places: ALL, footer: 8, label: 'footer.help' },
  { id: 'sort', keys: ['o'], help: 'key.sort', places: ['list'], footer: 5, label: 'footer.sort' },
  { id: 'sort.reverse', keys: ['O'], help: 'key.sort.reverse', places: ['list'] },
  { id: 'mark', keys: ['Space'], help: 'key.mark', places: ['list'] },
  { id: 'mark.range', keys: ['v'], help: 'key.mark.range', places: ['list'] },
  { id: 'mark.clear', keys: ['Ctrl+\\'], help: 'key.mark.clear', places: ['list'] },
  { id: 'freeze', keys: ['f'], help: 'key.freeze', places: ALL, footer: 7, label: 'footer.freeze' },
  { id: 'refresh', keys: ['r'], help: 'key.refresh', places: ALL },
  { id: 'reconnect', keys: ['Ctrl+r'], help: 'key.reconnect', places: ALL },
  { id: 'repaint', keys: ['Ctrl+l'], help: 'key.repaint', places: ALL },
  { id: 'logs', keys: ['L'], help: 'key.logs', places: ROWS },
  { id: 'describe', keys: ['d'], help: 'key.describe', places: ROWS },
  { id: 'copy', keys: ['y'], help: 'key.copy', places: ROWS },
  { id: 'actions', keys: ['a'], help: 'key.actions', places: ROWS, footer: 6, label: 'footer.actions' },
  { id: 'sign', keys: ['S'], help: 'key.sign', places: ['list', 'detail', 'note'] },
  {
    id: 'sign.laptop',
    keys: ['a'],
    help: 'key.sign.laptop',
    places: ['sign'],
    footer: 1,
    label: 'footer.sign.laptop',
  },
  {
    id: 'sign.agent',
    keys: ['b'],
    help: 'key.sign.agent',
    places: ['sign'],
    footer: 2,
    label: 'footer.sign.agent',
  },
  {
    id: 'sign.offline',
    keys: ['c'],
    help: 'key.sign.offline',
    places: ['sign'],
    footer: 3,
    label: 'footer.sign.offline',
  },
  {
    id: 'sign.wipe',
    keys: ['w'],
    help: 'key.sign.wipe',
    places: ['sign'],
    footer: 7,
    label: 'footer.sign.wipe',
  },
  {
    id: 'sign.longer',
    keys: ['o'],
    help: 'key.sign.longer',
    places: ['sign'],
    footer: 5,
    label: 'footer.sign.longer',
  },
  {
    id: 'sign.renew',
    keys: ['r'],
    help: 'key.sign.renew',
    places: ['sign'],
    footer: 6,
    label: 'footer.sign.renew',
  },
  {
    id: 'sign.copy',
    keys: ['y'],
    help: 'key.sign.copy',
    places: ['sign'],
    footer: 4,
    label: 'footer.sign.copy',
  },
  {
    id: 'sign.print',
    keys: ['p'],
    help: 'key.sign.print',
    places: ['sign'],
    footer: 4,
    label: 'footer.sign.print',
  },
  {
    id: 'sign.stop',
    keys: ['x'],
    help: 'key.sign.stop',
    places: ['sign'],
    footer: 4,
    label: 'footer.sign.stop',
  },
  {
    id: 'log.follow',
    keys: ['s'],
    help: 'key.log.follow',
    places: ['logs'],
    footer: 1,
    label: 'footer.log.follow',
  },
  {
    id: 'log.wrap',
    keys: ['w'],
    help: 'key.log.wrap',
    places: ['logs'],
    footer: 2,
    label: 'footer.log.wrap',
  },
  {
    id: 'log.time',
    keys: ['t'],
    help: 'key.log.time',
    places: ['logs'],
    footer: 3,
    label: 'footer.log.time',
  },
  {
    id: 'log.search',
    keys: ['/'],
    help: 'key.log.search',
    places: ['logs'],
    footer: 4,
    label: 'footer.log.search',
  },
  { id: 'log.next', keys: ['n'], help: 'key.log.next', places: ['logs'] },
  { id: 'log.back', keys: ['N'], help: 'key.log.back', places: ['logs'] },
  {
    id: 'log.previous',
    keys: ['p'],
    help: 'key.log.previous',
    places: ['logs'],
    footer: 5,
    label: 'footer.log.previous',
  },
  {
    id: 'log.save',
    keys: ['Ctrl+o'],
    help: 'key.log.save',
    places: ['logs'],
    footer: 6,
    label: 'footer.log.save',
  },
  { id: 'findings', keys: ['!'], help: 'key.findings', places: ALL },
  { id: 'ledger', keys: ['@'], help: 'key.ledger', places: ALL },
  { id: 'settings', keys: [','], help: 'key.settings', places: ALL },
  { id: 'suspend', keys: ['Ctrl+z'], help: 'key.suspend', places: ALL },
  { id: 'leave', keys: ['Ctrl+c Ctrl+c'], help: 'key.leave', places: ALL },
] as const satisfies readonly KeyRow[];

export type CommandId = (typeof allKeys)[number]['id'];
