/** How a new order takes the place of the one on the screen without moving what the reader has touched. */
import type { FoundDocument, FoundPassage } from '../open-index.ts';

/** A place in the list of results, and what stands there. */
export interface Slot {
  readonly result: FoundDocument;
  /** Passages of the result after its best, under other headings: shown as results of their own below it. */
  readonly more: readonly FoundPassage[];
  /** Passages that the place has room for; at least as many as are shown. */
  readonly rows: number;
}

/** A passage that is this much weaker than the page's best is not worth a line of its own. */
const WORTH_SHOWING = 0.5;

/** Each result in a place of its own size. */
export const placed = (results: readonly FoundDocument[]): Slot[] =>
  results.map((result) => {
    const more = otherPassages(result);
    return { result, more, rows: more.length };
  });

function otherPassages({ passages }: FoundDocument): FoundPassage[] {
  const [best] = passages;
  const seen = new Set([best?.anchor]);
  return passages.slice(1).filter(({ anchor, headings, score }) => {
    if (headings.length === 0 || seen.has(anchor) || score < best!.score * WORTH_SHOWING) return false;
    seen.add(anchor);
    return true;
  });
}

/**
 * The next results in the places of those shown. A held result keeps its place, and so that it stays where it is on the
 * screen, the places above the last held one keep their sizes; their results take the new order, as do all below.
 * @param shown the list on the screen.
 * @param next the results in their new order.
 * @param held ids of results that must not move.
 */
export function settle(
  shown: readonly Slot[],
  next: readonly FoundDocument[],
  held: ReadonlySet<string>,
): Slot[] {
  const lastHeld = shown.findLastIndex(({ result }) => held.has(result.id));
  const isNext = new Set(next.map(({ id }) => id));
  const others = placed([
    ...next,
    // What is left of the old list fills the places above the last held one if the new list is too short.
    ...shown.map(({ result }) => result).filter(({ id }) => !isNext.has(id)),
  ]).filter(({ result }) => !held.has(result.id));
  const length = Math.max(next.length, lastHeld + 1);
  const settled: Slot[] = [];
  for (let place = 0; place < length; place++) {
    const before = shown[place];
    if (before !== undefined && held.has(before.result.id)) {
      settled.push(before);
      continue;
    }
    const slot = others.shift();
    if (slot === undefined) break;
    settled.push(
      place < lastHeld ? { ...slot, more: slot.more.slice(0, before!.rows), rows: before!.rows } : slot,
    );
  }
  return settled;
}
