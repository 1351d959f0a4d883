import { describe, expect, it } from 'vitest';
import { Cursor } from './cursor.ts';
import { fieldAction } from './keyboard.ts';

const rows = (keys: string, cells = ['link', 'why']) => [...keys].map((key) => ({ key, cells }));

describe('the cursor', () => {
  it('goes down and up, and leaves at both ends', () => {
    const cursor = new Cursor();
    cursor.rows = rows('abc');
    const path = [1, 1, 1, 1, 1, -1, -1, -1].map((step) => {
      cursor.move(step);
      return cursor.row?.key;
    });
    expect(path).toEqual(['a', 'b', 'c', undefined, 'a', undefined, 'c', 'b']);
  });

  it('goes sideways within a row, and begins each row at its first cell', () => {
    const cursor = new Cursor();
    cursor.rows = rows('ab');
    expect(cursor.moveInRow(1)).toBe(false);
    cursor.move(1);
    expect([cursor.moveInRow(-1), cursor.moveInRow(1), cursor.moveInRow(1)]).toEqual([false, true, false]);
    expect(cursor.isOn('a', 'why')).toBe(true);
    cursor.move(1);
    expect(cursor.isOn('b', 'link')).toBe(true);
  });

  it('stays on what it was on, wherever that is now', () => {
    const cursor = new Cursor();
    cursor.rows = rows('abc');
    cursor.move(1);
    cursor.move(1);
    cursor.moveInRow(1);
    cursor.rows = rows('bca', ['link']);
    expect([cursor.row?.key, cursor.cell]).toEqual(['b', 'link']);
    cursor.rows = rows('ca');
    expect(cursor.row).toBeUndefined();
    cursor.rows = rows('bca');
    expect(cursor.row).toBeUndefined();
  });

  it('has nowhere to go without rows', () => {
    const cursor = new Cursor();
    cursor.move(1);
    cursor.move(-1);
    expect(cursor.row).toBeUndefined();
  });
});

describe('keys in the field', () => {
  const press = (key: string, where: { behind?: boolean; rtl?: boolean } = {}, more = {}) =>
    fieldAction(
      { key, altKey: false, isComposing: false, ...more },
      { isBehindText: where.behind ?? true, isRightToLeft: where.rtl ?? false },
    );

  it.each([
    ['ArrowDown', {}, 'down'],
    ['ArrowUp', {}, 'up'],
    ['Enter', {}, 'enter'],
    ['Escape', {}, 'escape'],
    ['ArrowRight', {}, 'forward'],
    ['ArrowLeft', {}, 'backward'],
    ['ArrowRight', { rtl: true }, 'backward'],
    ['ArrowLeft', { rtl: true }, 'forward'],
    ['ArrowRight', { behind: false }, undefined],
    ['a', {}, undefined],
    ['Home', {}, undefined],
  ])('%s %o: %s', (key, where, action) => expect(press(key, where)).toBe(action));

  it('are left to an input method while it composes, and to the system with Alt', () => {
    expect(press('Enter', {}, { isComposing: true })).toBeUndefined();
    expect(press('ArrowDown', {}, { altKey: true })).toBeUndefined();
  });
});
