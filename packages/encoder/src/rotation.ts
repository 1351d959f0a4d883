/** Cosines and sines of the angles by which rotary positions turn pairs of numbers. */
import type { Rotation } from './plan/rows.ts';

/** [positions, pairs], times the rotation's magnitude. */
export interface Turns {
  readonly positions: number;
  readonly cosines: Float32Array;
  readonly sines: Float32Array;
}

/** Those of each rotation so far, for the longest text so far. Layers of a model share one rotation. */
const KNOWN = new WeakMap<Rotation, Turns>();

/** Turns of at least so many positions. */
export function turnsOf(rotation: Rotation, positions: number): Turns {
  const known = KNOWN.get(rotation);
  if (known && known.positions >= positions) return known;
  // Twice as many as before: texts that grow by a token do not compute all angles anew.
  const count = Math.max(positions, 2 * (known?.positions ?? 32));
  const { frequencies, magnitude } = rotation;
  const pairs = frequencies.length;
  const turns = (of: (angle: number) => number): Float32Array =>
    Float32Array.from(
      { length: count * pairs },
      (_, index) => magnitude * of(Math.floor(index / pairs) * frequencies[index % pairs]!),
    );
  const found = { positions: count, cosines: turns(Math.cos), sines: turns(Math.sin) };
  KNOWN.set(rotation, found);
  return found;
}
