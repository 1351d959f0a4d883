/** What is read out of a map that is made. */
import type { MapItem } from './item.ts';
import type { ColourBy, Mapped, Near } from './map-state.ts';
import { product, type Vectors } from './projection/vectors.ts';

/** Points that a question shows: on a small map fewer, or all would count as found. */
const shownFor = (count: number): number => Math.min(10, Math.max(5, Math.ceil(count / 3)));
/** Neighbours of a point that are shown. */
const SHOWN_NEAR = 8;

/**
 * The items nearest to a question, by cosine. A text is nearer to other texts than to pictures of the same thing, in
 * every model of both (Liang et al., Mind the gap, NeurIPS 2022): so texts and pictures are ranked apart, and taken in
 * turns, the best picture first.
 */
export function nearestTo({ items, vectors }: Pick<Mapped, 'items' | 'vectors'>, question: Vectors): Near[] {
  const ranked = items
    .map((_, index) => ({ index, cosine: product(vectors, index, question, 0) }))
    .sort((a, b) => b.cosine - a.cosine);
  const pictures = ranked.filter(({ index }) => items[index]!.picture);
  const texts = ranked.filter(({ index }) => !items[index]!.picture);
  const [more, less] = pictures.length >= texts.length ? [pictures, texts] : [texts, pictures];
  const inTurns = pictures.flatMap((picture, at) => (texts[at] ? [picture, texts[at]] : [picture]));
  const all = less.length === 0 ? more : [...inTurns, ...texts.slice(pictures.length)];
  return all.slice(0, shownFor(items.length));
}

/** The nearest items of a point by the original vectors; none until they are known. */
export function nearestOf({ neighbours }: Mapped, index: number): Near[] {
  if (!neighbours) return [];
  const { size, indices, cosines } = neighbours;
  return Array.from({ length: Math.min(size, SHOWN_NEAR) }, (_, at) => ({
    index: indices[index * size + at]!,
    cosine: cosines[index * size + at]!,
  }));
}

/** The points with a label or of a group, as the colours show them. */
export function membersOf({ items, labels, groups }: Mapped, colourBy: ColourBy, mark: number): number[] {
  const label = labels[mark];
  return [...items.keys()].filter((index) =>
    colourBy === 'label' ? items[index]!.label === label : groups[index] === mark,
  );
}

/** Items whose texts or labels have all words of a filter. */
export function withWords(items: readonly MapItem[], filter: string): number[] {
  const wanted = filter.toLowerCase().split(/\s+/u);
  return [...items.keys()].filter((index) => {
    const { text, label } = items[index]!;
    const own = `${text} ${label}`.toLowerCase();
    return wanted.every((word) => own.includes(word));
  });
}
