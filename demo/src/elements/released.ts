let pressed = false;

const release = (): void => {
  pressed = false;
};

addEventListener(
  'pointerdown',
  () => {
    pressed = true;
  },
  { capture: true },
);
addEventListener('pointerup', release, { capture: true });
addEventListener('pointercancel', release, { capture: true });

/**
 * Runs something at once, or when the pointer that is pressed now is let go, before its click. A field that is left by
 * pressing a button changes before the click: what is rendered then may move the button away under the pointer, and the
 * click meets nothing.
 */
export function whenReleased(run: () => void): void {
  if (!pressed) {
    run();
    return;
  }
  const once = (): void => {
    removeEventListener('pointerup', once, true);
    removeEventListener('pointercancel', once, true);
    run();
  };
  addEventListener('pointerup', once, true);
  addEventListener('pointercancel', once, true);
}
