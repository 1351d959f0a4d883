/** Keys of the field. */
export type FieldAction = 'down' | 'up' | 'forward' | 'backward' | 'enter' | 'escape';

/**
 * Action of a key, or undefined if the field handles it. Sideways keys leave the text alone: they count behind it
 * only, and point where the text goes.
 */
export function fieldAction(
  event: Pick<KeyboardEvent, 'key' | 'altKey' | 'isComposing'>,
  { isBehindText, isRightToLeft }: { readonly isBehindText: boolean; readonly isRightToLeft: boolean },
): FieldAction | undefined {
  if (event.altKey || event.isComposing) return undefined;
  switch (event.key) {
    case 'ArrowDown':
      return 'down';
    case 'ArrowUp':
      return 'up';
    case 'Enter':
      return 'enter';
    case 'Escape':
      return 'escape';
    case 'ArrowRight':
    case 'ArrowLeft':
      if (!isBehindText) return undefined;
      return (event.key === 'ArrowRight') === isRightToLeft ? 'backward' : 'forward';
    default:
      return undefined;
  }
}
