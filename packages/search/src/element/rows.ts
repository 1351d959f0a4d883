import type { SearchState } from '../tiers/search-state.ts';
import type { Row } from './parts/view.ts';

/** The rows of the popup, in their order. */
export function rowsOf(
  { query, slots }: Pick<SearchState, 'query' | 'slots'>,
  {
    explained,
    hasWhy,
    recent,
    suggestions,
  }: {
    readonly explained: ReadonlySet<string>;
    readonly hasWhy: boolean;
    readonly recent: readonly string[];
    readonly suggestions: readonly string[];
  },
): Row[] {
  if (query === '') {
    return [
      ...recent.map(
        (each) => ({ kind: 'recent', key: `recent ${each}`, cells: ['run', 'remove'], query: each }) as const,
      ),
      ...suggestions.map(
        (each) => ({ kind: 'suggestion', key: `suggestion ${each}`, cells: ['run'], query: each }) as const,
      ),
    ];
  }
  return slots.flatMap((slot, place): Row[] => {
    const { id } = slot.result;
    return [
      { kind: 'page', key: `page ${id}`, cells: hasWhy ? ['link', 'why'] : ['link'], slot, place },
      ...(explained.has(id)
        ? [{ kind: 'explanation', key: `explanation ${id}`, cells: ['text'], slot } as const]
        : []),
      ...slot.more.map(
        (passage) =>
          ({
            kind: 'passage',
            key: `passage ${id} ${passage.anchor}`,
            cells: ['link'],
            slot,
            passage,
            place,
          }) as const,
      ),
    ];
  });
}
