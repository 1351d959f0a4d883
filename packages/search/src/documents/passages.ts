import { invalid } from '../errors.ts';
import type { Passage, SourceDocument } from './types.ts';

/** Letters that a passage has at most by default: about 200 tokens, which every text model reads whole. */
const MOST_LETTERS = 900;

/**
 * Passages of documents: one for each section, or several where it is longer than `mostLetters` UTF-16 units
 * (default 900), cut between paragraphs, else sentences, else words, else anywhere. A document without text has one
 * passage, so that its title can be found.
 */
export function passagesOf(documents: readonly SourceDocument[], mostLetters = MOST_LETTERS): Passage[] {
  if (!Number.isInteger(mostLetters) || mostLetters < 2) {
    throw invalid('mostLetters', 'Passages need a whole number of letters, 2 or more.');
  }
  return documents.flatMap(({ sections }, document) => {
    const passages = sections.flatMap(({ headings, anchor, text, weight }) => {
      const pieces = split(text.trim(), mostLetters);
      // A heading without text of its own still can be found.
      const kept = pieces.length === 0 && headings.length > 0 ? [''] : pieces;
      return kept.map((piece) => ({
        document,
        headings,
        anchor,
        text: piece,
        ...(weight === undefined ? {} : { weight }),
      }));
    });
    return passages.length > 0 ? passages : [{ document, headings: [], anchor: '', text: '' }];
  });
}

/** Places where a text may be cut, the best first. */
const CUTS = [/\n\s*\n/gu, /\n/gu, /(?<=[.!?…])["'”’)\]]*\s+|(?<=[。！？])/gu, /\s+/gu];

function split(text: string, most: number, level = 0): string[] {
  if (text === '') return [];
  if (text.length <= most) return [text];
  const cut = CUTS[level];
  if (cut === undefined) {
    // No pair of surrogates is cut.
    const end = /[\ud800-\udbff]/.test(text[most - 1]!) ? most - 1 : most;
    return [text.slice(0, end), ...split(text.slice(end), most, level)];
  }
  const pieces: string[] = [];
  let start = 0;
  let end = 0;
  const close = (at: number): void => {
    pieces.push(...split(text.slice(start, at).trim(), most, level + 1));
  };
  for (const match of text.matchAll(cut)) {
    if (match.index - start > most && end > start) {
      close(end);
      start = end;
    }
    end = match.index + match[0].length;
  }
  if (text.length - start > most && end > start) {
    close(end);
    start = end;
  }
  close(text.length);
  return pieces;
}
