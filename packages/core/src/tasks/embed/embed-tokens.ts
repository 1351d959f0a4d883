import type { CallOptions } from '@nearfield/spec';
import type { ReadyColbert, ReadyEncoder } from '../../engine/encoders/ready.ts';
import type { TokenVectorSequence } from '../../engine/encoders/text-encoder.ts';
import type { Engine } from '../../engine/engine.ts';

/** Role of a text, query or document: ColBERT models read the two differently. */
export type TokenRole = 'query' | 'document';

/** A text as it is read, with the tokens whose vectors count. */
export interface ReadTokens extends TokenVectorSequence {
  /** Whether nothing was cut off. */
  readonly isWhole: boolean;
}

/** A model that gives one vector per token. */
export type TokenModel = ReadyColbert | ReadyEncoder;

/** Loads a model that gives one vector per token: a ColBERT model, or an embedder whose graph has token vectors. */
export function tokenModel(
  engine: Engine,
  model: string,
  { task, signal, onProgress }: { task: string | null } & CallOptions,
): Promise<TokenModel> {
  return engine.models.definition(model).recipe.kind === 'colbert'
    ? engine.models.colbert(model, { signal, onProgress })
    : engine.encoder(model, { task, signal, onProgress });
}

/**
 * A text as the model reads it. Of a ColBERT query every token counts, the mask tokens that fill it up included; of a
 * ColBERT document all but punctuation; of an embedder's text all tokens, special ones included.
 */
export function readTokens(
  model: TokenModel,
  text: string,
  { role, prompt }: { role: TokenRole; prompt: string },
): ReadTokens {
  const { maxTokens } = model.info;
  if (model.kind === 'text') return model.tokenizer.read(prompt + text, maxTokens);
  return role === 'query' ? model.colbert.query(text, maxTokens) : model.colbert.document(text, maxTokens);
}

/** Special tokens that the model puts around a text, a ColBERT model's marker included. */
export const tokensAround = ({ kind, tokenizer }: TokenModel): number =>
  tokenizer.prefix.length + tokenizer.suffix.length + (kind === 'colbert' ? 1 : 0);

/** Ids of the tokens that have vectors, in their order. */
export const keptIds = ({ ids, kept }: ReadTokens): Int32Array =>
  kept ? Int32Array.from(kept, (at) => ids[at]!) : ids;
