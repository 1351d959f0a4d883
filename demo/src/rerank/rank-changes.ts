/** A passage at its place in an order. */
export interface Ranked {
  /** Position among the passages as they were given. */
  index: number;
  score: number | undefined;
}

/** A place in the new order, with how far the passage moved. */
export interface Moved extends Ranked {
  /** Places up; negative is down. Undefined where it was not in the order before. */
  up: number | undefined;
}

/** How far each passage of an order moved against the order before. */
export function rankChanges(before: readonly Ranked[], after: readonly Ranked[]): Moved[] {
  const places = new Map(before.map(({ index }, place) => [index, place]));
  return after.map((ranked, place) => {
    const earlier = places.get(ranked.index);
    return { ...ranked, up: earlier === undefined ? undefined : earlier - place };
  });
}
