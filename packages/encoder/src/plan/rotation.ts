/** Finds out by which angles rotary positions turn: from the cosines and sines that a graph computes or looks up. */
import { countOf } from './host.ts';
import { PROBES } from './probes.ts';
import { refuse } from './refusal.ts';
import type { Rotation } from './rows.ts';

/** Number of a pair at a position. */
export type TurnReader = (position: number, pair: number) => number;

/** Cosines and sines of float32 angles: these grow with the position, and their rounding does. */
const toleranceAt = (position: number): number => 1e-5 + position * 2e-7;

/**
 * The rotation whose turns these are, at positions from 0 to `last`; undefined if they are of no rotation.
 * Whole turns between two positions make no difference, so angles between them are taken from −π to π.
 */
export function fittedRotation(
  cosine: TurnReader,
  sine: TurnReader,
  { pairs, last }: { pairs: number; last: number },
): Rotation | undefined {
  const magnitude = cosine(0, 0);
  if (!(magnitude > 0) || last < 1) return undefined;
  const frequencies = Array.from({ length: pairs }, (_, pair) => {
    const step = Math.atan2(sine(1, pair), cosine(1, pair));
    // An angle far on tells the frequency more closely than the first does.
    const far = Math.atan2(sine(last, pair), cosine(last, pair));
    const turns = Math.round((last * step - far) / (2 * Math.PI));
    return (far + 2 * Math.PI * turns) / last;
  });
  const rotation = { frequencies, magnitude };
  for (let position = 0; position <= last; position++) {
    for (let pair = 0; pair < pairs; pair++) {
      if (!isTurn(rotation, cosine(position, pair), position, pair, Math.cos)) return undefined;
      if (!isTurn(rotation, sine(position, pair), position, pair, Math.sin)) return undefined;
    }
  }
  return rotation;
}

function isTurn(
  { frequencies, magnitude }: Rotation,
  value: number,
  position: number,
  pair: number,
  of: (angle: number) => number,
): boolean {
  const expected = magnitude * of(position * frequencies[pair]!);
  return Math.abs(value - expected) <= magnitude * toleranceAt(position);
}

/**
 * Whether a table with more rows than were probed goes on as the rotation does.
 * @throws Refusal if it does not. Tables of other widths are none of turns.
 */
export function requireTurns(
  rotation: Rotation,
  { dims, numbers }: { dims: readonly number[]; numbers: () => ArrayLike<number> },
): void {
  const pairs = rotation.frequencies.length;
  const width = dims.at(-1)!;
  const rows = countOf(dims) / width;
  const probed = Math.max(...PROBES.map(({ sequence }) => sequence));
  if (rows <= probed || (width !== pairs && width !== 2 * pairs)) return;
  const values = numbers();
  const follows = (of: (angle: number) => number): boolean => {
    for (let at = 0; at < rows * width; at++) {
      const [position, pair] = [Math.floor(at / width), (at % width) % pairs];
      if (!isTurn(rotation, values[at]!, position, pair, of)) return false;
    }
    return true;
  };
  if (!follows(Math.cos) && !follows(Math.sin))
    refuse('a table of its positions does not go on as it begins');
}
