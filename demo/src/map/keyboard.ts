import type { Direction } from './picking.ts';

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** How much one press of plus, minus or a button zooms. */
export const ZOOM_STEP = 1.5;

/** What keys do on the map. */
export interface KeyTarget {
  go(direction: Direction): void;
  zoom(factor: number): void;
  showAll(): void;
  /** Selects the point that is looked at, or takes it out of the selection. */
  toggleCurrent(): void;
  leave(): void;
}

/** Does what a key stands for. @returns whether it stands for something */
export function pressKey({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, target: KeyTarget): boolean {
  if (ctrlKey || metaKey || altKey) return false;
  const direction = ARROWS[key];
  if (direction) target.go(direction);
  else if (key === '+' || key === '=') target.zoom(ZOOM_STEP);
  else if (key === '-') target.zoom(1 / ZOOM_STEP);
  else if (key === '0') target.showAll();
  else if (key === 'Enter' || key === ' ') target.toggleCurrent();
  else if (key === 'Escape') target.leave();
  else return false;
  return true;
}
