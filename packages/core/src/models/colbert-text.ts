import { FoundationError } from '@nearfield/spec';
import type { TextTokenizer, TokenSequence } from '../text/text-tokenizer.ts';
import type { ColbertRecipe } from './recipe.ts';

/** Python's `string.punctuation`: the tokens whose vectors ColBERT drops from documents. */
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Tokens that ColBERT reads, and the positions of the vectors to keep. */
export interface ColbertSequence extends TokenSequence {
  /** Positions of the tokens whose vectors are kept, ascending. */
  readonly kept: Int32Array;
  /** Whether nothing was cut off. */
  readonly isWhole: boolean;
}

/**
 * Queries and documents of one ColBERT model. Both get a marker after the first special token. Queries are filled up
 * with mask tokens, whose vectors are kept; longer ones stay unchanged. Documents lose the vectors of punctuation.
 *
 * Source: fastembed's late interaction models, which the model's authors refer to.
 */
export class ColbertText {
  readonly #tokenizer: TextTokenizer;
  readonly #recipe: ColbertRecipe;
  readonly #queryMarker: number;
  readonly #documentMarker: number;
  readonly #fill: number;
  readonly #skipped: ReadonlySet<number>;

  /** @throws FoundationError MODEL_INVALID if the tokenizer lacks the markers or the mask token. */
  constructor(tokenizer: TextTokenizer, recipe: ColbertRecipe) {
    this.#tokenizer = tokenizer;
    this.#recipe = recipe;
    this.#queryMarker = required(tokenizer.idOf(recipe.queryMarker), recipe.queryMarker);
    this.#documentMarker = required(tokenizer.idOf(recipe.documentMarker), recipe.documentMarker);
    this.#fill = required(tokenizer.maskId, 'mask token');
    this.#skipped = new Set(
      Array.from(PUNCTUATION, (sign) => tokenizer.encodeBare(sign)[0]).filter((id) => id !== undefined),
    );
  }

  query(text: string, maxTokens: number): ColbertSequence {
    const { ids: read, isWhole } = this.#marked(text, this.#queryMarker, maxTokens);
    const length = Math.max(read.length, this.#recipe.queryTokens);
    const ids = new Int32Array(length).fill(this.#fill);
    ids.set(read);
    const mask = new Uint8Array(length).fill(1);
    if (!this.#recipe.attendToFill) mask.fill(0, read.length);
    return { ids, mask, kept: Int32Array.from(ids, (_, position) => position), isWhole };
  }

  document(text: string, maxTokens: number): ColbertSequence {
    const { ids, isWhole } = this.#marked(text, this.#documentMarker, maxTokens);
    const kept: number[] = [];
    ids.forEach((id, position) => {
      if (!this.#skipped.has(id)) kept.push(position);
    });
    return { ids, kept: Int32Array.from(kept), isWhole };
  }

  #marked(text: string, marker: number, maxTokens: number): { ids: Int32Array; isWhole: boolean } {
    const { ids: plain, isWhole } = this.#tokenizer.read(text, maxTokens - 1);
    const ids = new Int32Array(plain.length + 1);
    ids[0] = plain[0]!;
    ids[1] = marker;
    ids.set(plain.subarray(1), 2);
    return { ids, isWhole };
  }
}

function required(id: number | undefined, name: string): number {
  if (id !== undefined) return id;
  throw new FoundationError({
    code: 'MODEL_INVALID',
    message: `The tokenizer has no ${name}, which a ColBERT model needs.`,
  });
}
