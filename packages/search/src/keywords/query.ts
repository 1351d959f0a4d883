import { allowsTypos, analyse, type Language } from '../analysis/analyser.ts';
import type { Dictionary } from './dictionary.ts';

/** How a term came to be searched for. */
export type Match = 'exact' | 'prefix' | 'typo';

/** A term that a word of a query may stand for. */
export interface QueryTerm {
  readonly term: string;
  readonly match: Match;
  readonly weight: number;
  /** The folded word that it is the stem of: the query's own, unless the index has only another with that stem. */
  readonly word: string;
}

/** One word of a query, with the terms that it may stand for. */
export interface QueryWord {
  /** Folded. */
  readonly word: string;
  /** Position in the query, `[start, end)` in UTF-16 units. */
  readonly range: readonly [start: number, end: number];
  /** Weight of a term: 1 for the word's own. */
  readonly terms: readonly QueryTerm[];
  /** Whether it is a word that carries no subject. */
  readonly isStopWord: boolean;
}

const PREFIX_WEIGHT = 0.6;
/** Weight of what a mistyped word may stand for, if that is one word; several share what is known less well. */
const TYPO_WEIGHT = 0.9;
const LEAST_TYPO_WEIGHT = 0.4;
/** Letters that the beginning of a word must have. */
const LEAST_PREFIX = 2;

/**
 * The words of a query, each once. The last one, while nothing is typed behind it, also stands for words that begin
 * with it. A word that the index has not, of five letters or more and without digits, stands for those that one edit
 * makes of it.
 *
 * @param others further languages of the index's pages.
 */
export function queryWords(
  query: string,
  language: Language,
  dictionary: Dictionary,
  others: readonly Language[] = [],
): QueryWord[] {
  const all = [...analyse(query, language)];
  const last = all.at(-1);
  const isOpen = last !== undefined && last.word.end === query.length;
  const seen = new Set<string>();
  const found: QueryWord[] = [];
  for (const each of all) {
    const { term, folded } = each;
    if (seen.has(term)) {
      if (each !== last) continue;
      // It may stand for more where it is last.
      const before = found.findIndex(({ terms }) => terms[0]!.term === term);
      found.splice(before, 1);
    }
    seen.add(term);
    const isStopWord = [language, ...others].some(({ stopWords }) => stopWords.has(folded));
    const terms = new Map<string, QueryTerm>();
    terms.set(term, { term, match: 'exact', weight: 1, word: folded });
    // Pages of other languages have the stems of those.
    for (const other of others) {
      for (const { term: stem } of analyse(folded, other)) {
        if (!terms.has(stem)) terms.set(stem, { term: stem, match: 'exact', weight: 1, word: folded });
      }
    }
    const ownTerms = terms.size;
    const isKnown = dictionary.has(folded);
    const add = (words: readonly string[], match: Match, weight: number): void => {
      for (const word of words) {
        for (const each of [language, ...others]) {
          for (const { term: other } of analyse(word, each)) {
            const before = terms.get(other);
            if (before === undefined) terms.set(other, { term: other, match, weight, word });
            // `includ` is no word, but has the stem of one.
            else if (before.word === folded && !isKnown) terms.set(other, { ...before, word });
          }
        }
      }
    };
    if (each === last && isOpen && [...folded].length >= LEAST_PREFIX && !(isStopWord && isKnown)) {
      add(dictionary.startingWith(folded), 'prefix', PREFIX_WEIGHT);
    }
    if (!isKnown && !isStopWord && terms.size === ownTerms && allowsTypos(folded)) {
      const near = dictionary.near(folded).filter(allowsTypos);
      add(near, 'typo', Math.max(LEAST_TYPO_WEIGHT, TYPO_WEIGHT / Math.sqrt(near.length)));
    }
    const range = [each.word.start, each.word.end] as const;
    found.push({ word: folded, range, terms: [...terms.values()], isStopWord });
  }
  return found;
}
