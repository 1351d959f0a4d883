import Flatbush from 'flatbush';
import type { Spot } from './view.ts';

export type Direction = 'left' | 'right' | 'up' | 'down';

const STEPS: Record<Direction, Spot> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: 1 },
  down: { x: 0, y: -1 },
};

/** Finds points of a map by where they are. */
export class Picking {
  readonly #positions: Float32Array;
  readonly #tree: Flatbush | undefined;

  /** @param positions shape: [count, 2] */
  constructor(positions: Float32Array) {
    this.#positions = positions;
    const count = positions.length / 2;
    if (count === 0) return;
    const tree = new Flatbush(count);
    for (let at = 0; at < count; at++) tree.add(positions[at * 2]!, positions[at * 2 + 1]!);
    tree.finish();
    this.#tree = tree;
  }

  position(index: number): Spot {
    return { x: this.#positions[index * 2]!, y: this.#positions[index * 2 + 1]! };
  }

  /** The nearest point within a distance. */
  at({ x, y }: Spot, within: number = Number.POSITIVE_INFINITY): number | undefined {
    return this.#tree?.neighbors(x, y, 1, within)[0];
  }

  /** The nearest point of a quarter of the map: the one to go to with an arrow key. */
  towards(from: number, direction: Direction): number | undefined {
    const { x, y } = this.position(from);
    const step = STEPS[direction];
    return this.#tree?.neighbors(x, y, 1, Number.POSITIVE_INFINITY, (index) => {
      const other = this.position(index);
      const along = (other.x - x) * step.x + (other.y - y) * step.y;
      const across = Math.abs((other.x - x) * step.y) + Math.abs((other.y - y) * step.x);
      return index !== from && along > 0 && across <= along;
    })[0];
  }

  /** Points within a closed line, by even and odd crossings, in their order. */
  inside(line: readonly Spot[]): number[] {
    if (!this.#tree || line.length < 3) return [];
    const xs = line.map(({ x }) => x);
    const ys = line.map(({ y }) => y);
    return this.#tree
      .search(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (index) =>
        isInside(line, this.position(index)),
      )
      .sort((a, b) => a - b);
  }
}

function isInside(line: readonly Spot[], { x, y }: Spot): boolean {
  let inside = false;
  for (let at = 0, before = line.length - 1; at < line.length; before = at++) {
    const [a, b] = [line[at]!, line[before]!];
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}
