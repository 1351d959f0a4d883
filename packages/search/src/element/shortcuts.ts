/** Keys that open the search from anywhere on the page. */

/** A key with what is held down beside it. */
export interface Shortcut {
  /** As `KeyboardEvent.key`, lower case. */
  readonly key: string;
  /** ⌘ on Apple's systems, Ctrl elsewhere. */
  readonly withCommand: boolean;
}

/** Reads `mod+k /`: combinations apart by spaces, `mod` for ⌘ or Ctrl. Others are left out. */
export function parseShortcuts(text: string): Shortcut[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .flatMap((combination) => {
      const match = /^(mod\+)?(.|f\d{1,2})$/u.exec(combination);
      return match === null ? [] : [{ key: match[2]!, withCommand: match[1] !== undefined }];
    });
}

/** Whether the system is one of Apple's, where ⌘ takes Ctrl's place. */
const isApple = (): boolean => /mac|iphone|ipad/i.test(navigator.platform);

/**
 * Whether an event is a shortcut. Keys without ⌘ or Ctrl are letters to whoever is writing, so they count outside of
 * fields only.
 */
export function isShortcut(event: KeyboardEvent, shortcuts: readonly Shortcut[], apple = isApple()): boolean {
  if (event.defaultPrevented || event.isComposing || event.altKey) return false;
  const command = apple ? event.metaKey : event.ctrlKey;
  const other = apple ? event.ctrlKey : event.metaKey;
  return shortcuts.some(({ key, withCommand }) => {
    if (event.key.toLowerCase() !== key || withCommand !== command || other) return false;
    return withCommand || !isWriting(event.composedPath()[0]);
  });
}

function isWriting(target: EventTarget | undefined): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('input, textarea, select, [role="textbox"], [role="combobox"]'))
  );
}

/** A combination as it is printed on keys: `⌘K`, `Ctrl K`. */
export const shortcutLabel = ({ key, withCommand }: Shortcut, apple = isApple()): string =>
  withCommand ? `${apple ? '⌘' : 'Ctrl '}${key.toUpperCase()}` : key.toUpperCase();

/** A combination for `aria-keyshortcuts`. */
export const ariaShortcut = ({ key, withCommand }: Shortcut, apple = isApple()): string =>
  withCommand ? `${apple ? 'Meta' : 'Control'}+${key.toUpperCase()}` : key;
