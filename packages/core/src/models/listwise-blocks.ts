import { FoundationError } from '@nearfield/spec';
import type { TextTokenizer } from '../text/text-tokenizer.ts';
import type { ListwiseRecipe } from './recipe.ts';

/** Some documents with their query in one sequence. */
export interface ListwiseBlock {
  readonly ids: Int32Array;
  /** Position of the hidden state that represents each document. */
  readonly documentPositions: Int32Array;
  /** Position of the hidden state that represents the query. */
  readonly queryPosition: number;
  /** Index of the block's first document among all. */
  readonly firstDocument: number;
}

/** The model's results for a block. */
export interface ListwiseResult {
  /** Cosine of each document with the query, −1 … 1. */
  readonly scores: Float32Array;
  /** Projected vectors, if the graph gives them: the query's, and the documents' one after the other. */
  readonly queryEmbedding?: Float32Array | undefined;
  readonly documentEmbeddings?: Float32Array | undefined;
}

export interface ListwiseOptions {
  recipe: ListwiseRecipe;
  /** Maximum tokens per block: the model's context, or fewer to limit memory (`ListwiseEncoder.blockTokens`). */
  maxTokens: number;
  /** Maximum tokens per document; the rest is cut off. Default: the recipe's. */
  maxDocumentTokens?: number | undefined;
  instruction?: string | undefined;
}

const SYSTEM =
  'You are a search relevance expert who can determine a ranking of the passages based on how relevant they ' +
  'are to the query. If the query is a question, how relevant a passage is depends on how well it answers the ' +
  'question. If not, try to analyze the intent of the query and assess how well each passage satisfies the ' +
  'intent. If an instruction is provided, you should follow the instruction when determining the ranking.';

/** The prompt of jina-reranker-v3, without thinking. Source: `format_docs_prompts_func` of its modeling.py. */
export function listwisePrompt(
  query: string,
  documents: readonly string[],
  { documentToken, queryToken }: Pick<ListwiseRecipe, 'documentToken' | 'queryToken'>,
  instruction?: string,
): string {
  const passages = documents.map(
    (document, index) => `<passage id="${index}">\n${document}${documentToken}\n</passage>\n`,
  );
  return (
    `<|im_start|>system\n${SYSTEM}<|im_end|>\n<|im_start|>user\n` +
    `I will provide you with ${documents.length} passages, each indicated by a numerical identifier. ` +
    `Rank the passages based on their relevance to query: ${query}\n` +
    (instruction ? `<instruct>\n${instruction}\n</instruct>\n` : '') +
    passages.join('') +
    `<query>\n${query}${queryToken}\n</query><|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n`
  );
}

/**
 * Cuts documents into blocks that fit the model, and writes each block's prompt.
 *
 * A block ends at `recipe.maxDocuments`, or when the room left (context less twice the query) is no more than
 * one full document, as in the reference. Special tokens are removed from queries and documents, so that a
 * text cannot pose as a passage of its own.
 * @throws FoundationError MODEL_INVALID if the tokenizer lacks the special tokens; INPUT_TOKEN_LIMIT_EXCEEDED
 * if one document and the query do not fit.
 */
export function listwiseBlocks(
  tokenizer: TextTokenizer,
  query: string,
  documents: readonly string[],
  options: ListwiseOptions,
): ListwiseBlock[] {
  const { recipe, maxTokens, instruction } = options;
  const maxDocumentTokens = options.maxDocumentTokens ?? recipe.maxDocumentTokens;
  const documentId = specialId(tokenizer, recipe.documentToken);
  const queryId = specialId(tokenizer, recipe.queryToken);
  const special = [...new Set([...tokenizer.specialTokens(), recipe.documentToken, recipe.queryToken])];
  const cut = (text: string, limit: number): { text: string; length: number } => {
    for (let size = (limit + 4) * CHARACTERS_A_TOKEN; ; size *= 2) {
      const end = size < text.length ? wordEnd(text, size, special) : text.length;
      if (end < 0) continue;
      const clean = withoutSpecial(text.slice(0, end), special);
      const { ids, isWhole } = tokenizer.encodeStart(clean, limit);
      if (!isWhole) return { text: withoutSpecial(tokenizer.decode(ids), special), length: limit };
      if (end === text.length) return { text: clean, length: ids.length };
    }
  };
  const shortQuery = cut(query, recipe.maxQueryTokens);
  const capacity = maxTokens - 2 * shortQuery.length;

  const blocks: ListwiseBlock[] = [];
  let pending: string[] = [];
  let first = 0;
  let left = capacity;
  const flush = (): void => {
    if (pending.length === 0) return;
    const prompt = listwisePrompt(shortQuery.text, pending, recipe, instruction);
    blocks.push(block(tokenizer.encodeBare(prompt), { documentId, queryId, pending, first, maxTokens }));
    first += pending.length;
    pending = [];
    left = capacity;
  };
  for (const document of documents) {
    const { text, length } = cut(document, maxDocumentTokens);
    pending.push(text);
    left -= length;
    if (pending.length >= recipe.maxDocuments || left <= maxDocumentTokens) flush();
  }
  flush();
  return blocks;
}

function block(
  tokens: readonly number[],
  found: { documentId: number; queryId: number; pending: string[]; first: number; maxTokens: number },
): ListwiseBlock {
  const ids = Int32Array.from(tokens);
  const documentPositions: number[] = [];
  let queryPosition = -1;
  ids.forEach((id, position) => {
    if (id === found.documentId) documentPositions.push(position);
    else if (id === found.queryId) queryPosition = position;
  });
  if (documentPositions.length !== found.pending.length || queryPosition < 0) {
    throw new FoundationError({
      code: 'MODEL_INVALID',
      message: `The tokenizer reads ${documentPositions.length} document marks in a prompt of ${found.pending.length} documents: its special tokens are not those of jina-reranker-v3.`,
    });
  }
  if (ids.length > found.maxTokens) {
    throw new FoundationError({
      code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      message: `The query with ${found.pending.length} documents has ${ids.length} tokens; the model reads at most ${found.maxTokens}. Set a smaller max_doc_length.`,
      param: 'documents',
    });
  }
  return {
    ids,
    documentPositions: Int32Array.from(documentPositions),
    queryPosition,
    firstDocument: found.first,
  };
}

function specialId(tokenizer: TextTokenizer, token: string): number {
  const id = tokenizer.idOf(token);
  if (id === undefined) {
    throw new FoundationError({
      code: 'MODEL_INVALID',
      message: `The tokenizer has no token ${token}, which jina-reranker-v3 needs.`,
    });
  }
  return id;
}

/** More characters than a token of ordinary text has. */
const CHARACTERS_A_TOKEN = 16;

/**
 * The last place before `limit` where white space follows a word: no special token reaches over it, even after others
 * are removed, and the tokens before it are those of the whole text. −1 if no such place exists.
 */
function wordEnd(text: string, limit: number, special: readonly string[]): number {
  for (let at = limit; at > 0; at--) {
    const before = text[at - 1]!;
    if (!/[ \n]/.test(text[at]!) || !/[\p{L}\p{N}]/u.test(before)) continue;
    if (!special.some((token) => token.endsWith(before) || /\s/.test(token))) return at;
  }
  return -1;
}

/** Removes special tokens until none is left: removing one can form another. */
function withoutSpecial(text: string, special: readonly string[]): string {
  let clean = text;
  for (let before = ''; before !== clean; ) {
    before = clean;
    for (const token of special) clean = clean.replaceAll(token, '');
  }
  return clean;
}

/**
 * Scores of all documents from those of the blocks.
 *
 * With embeddings, as in the reference: the blocks' query vectors averaged with weights (1 + best score) ÷ 2,
 * then the cosine of every document with that one vector. Without them each block's own scores stand, which
 * for a single block is the same.
 */
export function mergeBlocks(results: readonly ListwiseResult[]): Float64Array {
  const scores = Float64Array.from(results.flatMap((result) => [...result.scores]));
  if (results.length < 2 || results.some(({ queryEmbedding }) => !queryEmbedding)) return scores;
  const width = results[0]!.queryEmbedding!.length;
  const query = new Float64Array(width);
  for (const { queryEmbedding, scores: own } of results) {
    const weight = (1 + Math.max(...own)) / 2;
    queryEmbedding!.forEach((value, index) => {
      query[index] = query[index]! + weight * value;
    });
  }
  const documents = results.flatMap(({ documentEmbeddings, scores: own }) =>
    Array.from(own, (_, index) => documentEmbeddings!.subarray(index * width, (index + 1) * width)),
  );
  return Float64Array.from(documents, (document) => cosine(query, document));
}

function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let [dot, leftSquare, rightSquare] = [0, 0, 0];
  for (let index = 0; index < left.length; index++) {
    dot += left[index]! * right[index]!;
    leftSquare += left[index]! ** 2;
    rightSquare += right[index]! ** 2;
  }
  return dot / Math.max(1e-12, Math.sqrt(leftSquare * rightSquare));
}
