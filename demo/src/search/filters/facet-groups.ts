import type { FacetCounts } from '@nearfield/search';
import { type Choices, isChosen } from './choices.ts';
import { OWN_FILTERS } from './document-filters.ts';

/** A value of a filter, as it is shown. */
export interface FacetValue {
  readonly value: string;
  /** Passages and pictures of the question that have it; of all, without a question. */
  readonly count: number;
  readonly chosen: boolean;
}

export interface FacetGroup {
  readonly name: string;
  readonly values: readonly FacetValue[];
}

/** Adds up counts of several indexes. */
export function addedCounts(...all: readonly (FacetCounts | undefined)[]): FacetCounts {
  const sum = new Map<string, Map<string, number>>();
  for (const counts of all) {
    for (const [name, values] of Object.entries(counts ?? {})) {
      const group = sum.get(name) ?? new Map<string, number>();
      sum.set(name, group);
      for (const [value, count] of Object.entries(values)) group.set(value, (group.get(value) ?? 0) + count);
    }
  }
  return Object.fromEntries([...sum].map(([name, values]) => [name, Object.fromEntries(values)]));
}

/**
 * Filters that tell documents apart, the page's own first. Groups and values keep their places whatever is asked, so
 * that nothing moves under the pointer: they are in the order of all documents.
 * @param all counts of all documents
 * @param found counts of a question's; undefined without one
 */
export function facetGroups(
  all: FacetCounts,
  found: FacetCounts | undefined,
  choices: Choices,
): FacetGroup[] {
  const names = [...new Set([...Object.keys(all), ...Object.keys(choices)])];
  const place = (name: string): number => {
    const own = (OWN_FILTERS as readonly string[]).indexOf(name);
    // Metadata comes before folders and files, of which there may be many.
    return own < 0 ? 2.5 : own;
  };
  return names
    .sort((left, right) => place(left) - place(right) || left.localeCompare(right))
    .flatMap((name) => {
      const known = all[name] ?? {};
      const chosen = choices[name] ?? [];
      const values = [...new Set([...Object.keys(known), ...chosen])].sort(
        (left, right) => (known[right] ?? 0) - (known[left] ?? 0) || left.localeCompare(right),
      );
      if (values.length < 2 && chosen.length === 0) return [];
      const counts = found === undefined ? known : (found[name] ?? {});
      return [
        {
          name,
          values: values.map((value) => ({
            value,
            count: counts[value] ?? 0,
            chosen: isChosen(choices, name, value),
          })),
        },
      ];
    });
}
