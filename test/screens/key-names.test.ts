// What a terminal sends, as names of keys.
import type { Key } from 'ink';
import { describe, expect, test } from 'vitest';
import { keyNames } from '../../screens/input/key-names.ts';

const NOTHING: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};
const press = (input: string, key: Partial<Key> = {}) => {
  const pressed = keyNames(input, { ...NOTHING, ...key });
  return pressed.kind === 'paste' ? 'paste' : pressed.names.join(',');
};

describe('One key', () => {
  test.each([
    ['a', {}, 'a'],
    ['G', { shift: true }, 'G'],
    ['ő', {}, 'ő'],
    ['🙂', {}, '🙂'],
    [' ', {}, 'Space'],
    ['', { upArrow: true }, 'Up'],
    ['', { return: true }, 'Enter'],
    ['', { escape: true }, 'Esc'],
    ['', { tab: true }, 'Tab'],
    ['', { tab: true, shift: true }, 'Shift+Tab'],
    ['', { backspace: true }, 'Backspace'],
    ['d', { ctrl: true }, 'Ctrl+d'],
    ['D', { ctrl: true, shift: true }, 'Ctrl+d'],
    ['\u001c', {}, 'Ctrl+\\'],
    ['\u0003', {}, 'Ctrl+c'],
    ['x', { meta: true }, ''],
  ] as const)('%j %j is %j', (input, key, name) => {
    expect(press(input, key)).toBe(name);
  });
});

describe('Keys that arrive as one event', () => {
  test.each([
    ['jjj', 'j,j,j'],
    ['y\r', 'y,Enter'],
    ['gg', 'g,g'],
    [':q\r', ':,q,Enter'],
    ['/traefik\r', '/,t,r,a,e,f,i,k,Enter'],
    ['j'.repeat(24), Array<string>(24).fill('j').join(',')],
    ['\u001b\t\u007f', 'Esc,Tab,Backspace'],
  ])('%j is %s', (input, names) => {
    expect(press(input)).toBe(names);
  });

  test.each(['rm -rf /\n', 'a long line of text', 'j'.repeat(25), 'yes\ryes\r'])('%j is a paste', (input) => {
    expect(press(input)).toBe('paste');
  });

  test('into a line that is being typed may be more, but not any number', () => {
    const line = 'a long line of text\r';
    expect(keyNames(line, NOTHING, true)).toMatchObject({ kind: 'keys' });
    expect(keyNames(line.repeat(4), NOTHING, true)).toEqual({ kind: 'paste' });
  });
});
