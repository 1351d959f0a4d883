import type { Spot } from './view.ts';

/** Pixels that a pointer may move while it presses. */
const STILL = 5;

/** What a pointer does on the map. */
export type PointerUse = 'move' | 'lasso';

/** What gestures do. Spots are in pixels of the map's area. */
export interface GestureTarget {
  readonly pointerUse: PointerUse;
  moveBy(right: number, down: number): void;
  zoom(factor: number, at: Spot): void;
  /** A mouse is over a spot; undefined while it presses. */
  hover(spot: Spot | undefined): void;
  press(spot: Spot, isShift: boolean): void;
  /** A closed line was drawn. */
  enclose(line: readonly Spot[], isShift: boolean): void;
  /** The line that is drawn has changed. */
  lineChanged(): void;
}

const distance = (a: Spot, b: Spot): number => Math.hypot(a.x - b.x, a.y - b.y);

/** Makes moving, pinching, pressing and drawing of what pointers do. */
export class Gestures {
  readonly #target: GestureTarget;
  readonly #pointers = new Map<number, Spot>();
  #pressed: Spot | undefined;
  #line: Spot[] = [];

  constructor(target: GestureTarget) {
    this.#target = target;
  }

  /** The lasso while it is drawn. */
  get line(): readonly Spot[] {
    return this.#line;
  }

  down(id: number, spot: Spot): void {
    this.#pointers.set(id, spot);
    this.#pressed = this.#pointers.size === 1 ? spot : undefined;
    this.#line = this.#target.pointerUse === 'lasso' && this.#pointers.size === 1 ? [spot] : [];
  }

  move(id: number, spot: Spot, isMouse: boolean): void {
    const before = this.#pointers.get(id);
    if (!before) {
      if (isMouse) this.#target.hover(spot);
      return;
    }
    this.#target.hover(undefined);
    const other = [...this.#pointers].find(([each]) => each !== id)?.[1];
    this.#pointers.set(id, spot);
    if (this.#pressed && distance(this.#pressed, spot) > STILL) this.#pressed = undefined;
    if (other) {
      const middle = { x: (spot.x + other.x) / 2, y: (spot.y + other.y) / 2 };
      this.#target.zoom(distance(spot, other) / Math.max(1, distance(before, other)), middle);
    } else if (this.#target.pointerUse === 'move') {
      this.#target.moveBy(spot.x - before.x, spot.y - before.y);
    } else if (this.#line.length > 0) {
      this.#line.push(spot);
      this.#target.lineChanged();
    }
  }

  /** @param isCancelled whether the browser took the pointer away */
  up(id: number, { isShift, isCancelled }: { isShift: boolean; isCancelled: boolean }): void {
    if (!this.#pointers.delete(id)) return;
    const [pressed, line] = [this.#pressed, this.#line];
    this.#pressed = undefined;
    this.#line = [];
    if (pressed && !isCancelled) this.#target.press(pressed, isShift);
    else if (line.length > 2) this.#target.enclose(line, isShift);
    this.#target.lineChanged();
  }
}
