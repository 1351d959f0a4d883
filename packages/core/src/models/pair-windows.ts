import type { TextTokenizer, TokenSequence } from '../text/text-tokenizer.ts';
import type { PairRecipe } from './recipe.ts';

/** Windows of documents against one query: the model's input, and the document of each. */
export interface PairWindows {
  readonly windows: readonly TokenSequence[];
  /** For each window, the index of its document. */
  readonly documentOf: Int32Array;
  /** For each window, whether it shows the whole of its document. */
  readonly isWhole: readonly boolean[];
  /** Number of tokens of all windows. */
  readonly tokens: number;
  /** Number of tokens of a window before its part of the document, and after it. */
  readonly documentStart: number;
  readonly documentEnd: number;
}

/** Number of tokens that a window has for the document, and that neighbouring windows share. */
export interface WindowSize {
  readonly width: number;
  readonly overlap: number;
}

/**
 * Starts and ends of the windows over a document of `length` tokens. Each starts `overlap` before the end of
 * the one before; the last is moved back to full width. A document that fits is one window.
 *
 * Source: `reranker_tokenize_preproc` of jina-reranker-v2-base-multilingual.
 */
export function windowsOver(length: number, { width, overlap }: WindowSize): [start: number, end: number][] {
  if (length <= width) return [[0, length]];
  const windows: [number, number][] = [];
  for (let start = 0; ; start += width - overlap) {
    if (start + width >= length) {
      windows.push([length - width, length]);
      return windows;
    }
    windows.push([start, start + width]);
  }
}

/**
 * Pairs of a query with each document as the model reads them, long documents in overlapping windows.
 *
 * The query is cut to the recipe's limit (its own special tokens counted) and to half of the context; what
 * remains of `maxTokens` is the window.
 * @param documents texts, or their tokens without special ones.
 * @param maxTokens context of the model, special tokens included.
 * @param firstOnly whether to return only the first window of each document; the rest is not read.
 */
export function pairWindows(
  tokenizer: TextTokenizer,
  query: string,
  documents: readonly (string | readonly number[])[],
  { recipe, maxTokens, firstOnly = false }: { recipe: PairRecipe; maxTokens: number; firstOnly?: boolean },
): PairWindows {
  const { start, middle, end, secondType } = tokenizer.pair;
  // A single query's special tokens are counted as the reference does, though the pair may have others.
  const single = tokenizer.prefix.length + tokenizer.suffix.length;
  const queryLimit = Math.max(0, Math.min(recipe.maxQueryTokens, maxTokens >> 1) - single);
  const queryIds = tokenizer.encodeStart(query, queryLimit).ids;
  const around = start.length + queryIds.length + middle.length + end.length;
  const width = Math.max(1, Math.min(recipe.maxDocumentTokens ?? maxTokens, maxTokens - around));
  const size = { width, overlap: Math.min(recipe.overlap, width >> 2) };

  const windows: TokenSequence[] = [];
  const documentOf: number[] = [];
  const isWhole: boolean[] = [];
  let tokens = 0;
  for (const [index, document] of documents.entries()) {
    const read = readDocument(tokenizer, document, firstOnly ? width : undefined);
    const documentIds = read.ids;
    const ranges = windowsOver(documentIds.length, size);
    for (const [from, to] of firstOnly ? ranges.slice(0, 1) : ranges) {
      const ids = Int32Array.from([...start, ...queryIds, ...middle, ...documentIds.slice(from, to), ...end]);
      let typeIds: Int32Array | undefined;
      if (secondType !== 0) {
        typeIds = new Int32Array(ids.length);
        typeIds.fill(secondType, start.length + queryIds.length + middle.length);
      }
      windows.push({ ids, typeIds });
      documentOf.push(index);
      isWhole.push(read.isWhole && ranges.length === 1);
      tokens += ids.length;
    }
  }
  return {
    windows,
    documentOf: Int32Array.from(documentOf),
    isWhole,
    tokens,
    documentStart: around - end.length,
    documentEnd: end.length,
  };
}

/** @param most maximum number of tokens; undefined for all. */
function readDocument(
  tokenizer: TextTokenizer,
  document: string | readonly number[],
  most: number | undefined,
): { ids: readonly number[]; isWhole: boolean } {
  if (typeof document !== 'string') return { ids: document, isWhole: true };
  return most === undefined
    ? { ids: tokenizer.encodeBare(document), isWhole: true }
    : tokenizer.encodeStart(document, most);
}

/** 1 ÷ (1 + e^−x). */
export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/**
 * The score of each document: the largest sigmoid among its windows' logits.
 * @param logits one for each of `documentOf`.
 */
export function documentScores(
  logits: ArrayLike<number>,
  documentOf: Int32Array,
  documents: number,
): Float64Array {
  const scores = new Float64Array(documents);
  documentOf.forEach((document, index) => {
    scores[document] = Math.max(scores[document]!, sigmoid(logits[index]!));
  });
  return scores;
}
