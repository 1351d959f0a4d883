import { describe, expect, it } from 'vitest';
import { ariaShortcut, isShortcut, parseShortcuts, shortcutLabel } from './shortcuts.ts';

const event = (key: string, more: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    defaultPrevented: false,
    isComposing: false,
    ...more,
  }) as KeyboardEvent;

describe('shortcuts', () => {
  it('are read from text', () => {
    expect(parseShortcuts('mod+K /')).toEqual([
      { key: 'k', withCommand: true },
      { key: '/', withCommand: false },
    ]);
    expect(parseShortcuts('f3')).toEqual([{ key: 'f3', withCommand: false }]);
    expect(parseShortcuts('')).toEqual([]);
    expect(parseShortcuts('ctrl+k hello mod+ f123')).toEqual([]);
  });

  it('are ⌘ on a Mac and Ctrl elsewhere, alone', () => {
    const command = parseShortcuts('mod+k');
    expect(isShortcut(event('k', { metaKey: true }), command, true)).toBe(true);
    expect(isShortcut(event('K', { ctrlKey: true }), command, false)).toBe(true);
    expect(isShortcut(event('k', { ctrlKey: true }), command, true)).toBe(false);
    expect(isShortcut(event('k', { metaKey: true, ctrlKey: true }), command, false)).toBe(false);
    expect(isShortcut(event('k', { ctrlKey: true, altKey: true }), command, false)).toBe(false);
    expect(isShortcut(event('k'), command, false)).toBe(false);
    expect(isShortcut(event('k', { ctrlKey: true, defaultPrevented: true }), command, false)).toBe(false);
  });

  it('are printed as on keys', () => {
    const [command, slash] = parseShortcuts('mod+k /');
    expect([shortcutLabel(command!, true), shortcutLabel(command!, false)]).toEqual(['⌘K', 'Ctrl K']);
    expect([ariaShortcut(command!, true), ariaShortcut(command!, false)]).toEqual(['Meta+K', 'Control+K']);
    expect([shortcutLabel(slash!, true), ariaShortcut(slash!, true)]).toEqual(['/', '/']);
  });
});
