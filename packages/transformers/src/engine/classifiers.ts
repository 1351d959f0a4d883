/** Scores of pairs, and of labels. */
import type { Tensor } from '@huggingface/transformers';
import type { TransformersModel } from '../models.ts';
import { disposed, rowsOf } from './embedders.ts';
import type { Library } from './library.ts';
import { type LoadOptions, maxTokensOf, type Tokenizer } from './loading.ts';

/** A loaded cross-encoder. */
export interface Reranker {
  tokensOf(query: string, document: string): number;
  /** Relevance of each document, 0 to 1: the sigmoid of the logit. Pairs that are too long are cut. */
  scores(query: string, documents: readonly string[]): Promise<number[]>;
  dispose(): Promise<void>;
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

export async function loadReranker(
  library: Library,
  key: string,
  model: TransformersModel,
  options: LoadOptions,
): Promise<Reranker> {
  const tokenizer: Tokenizer = await library.AutoTokenizer.from_pretrained(key, options);
  const loaded = await library.AutoModelForSequenceClassification.from_pretrained(key, options);
  const maxTokens = maxTokensOf(model, tokenizer);
  return {
    tokensOf: (query, document) =>
      Math.min(tokenizer.encode(query, { text_pair: document }).length, maxTokens),
    async scores(query, documents) {
      const inputs = tokenizer(new Array<string>(documents.length).fill(query), {
        text_pair: [...documents],
        padding: true,
        truncation: true,
        max_length: maxTokens,
      });
      const { logits } = (await (loaded as unknown as (inputs: object) => Promise<{ logits: Tensor }>)(
        inputs,
      )) as { logits: Tensor };
      if (logits.dims.at(-1) !== 1) {
        throw new Error(`it gives ${logits.dims.at(-1)} numbers per pair; a reranker gives one.`);
      }
      return rowsOf(logits).map(([logit]) => sigmoid(logit!));
    },
    async dispose() {
      await loaded.dispose();
    },
  };
}

/** A loaded model of natural language inference. */
export interface ZeroShot {
  tokensOf(text: string): number;
  /** Scores of labels in their order; they add up to 1. */
  scores(text: string, labels: readonly string[]): Promise<number[]>;
  dispose(): Promise<void>;
}

export async function loadZeroShot(
  library: Library,
  key: string,
  model: TransformersModel,
  options: LoadOptions,
): Promise<ZeroShot> {
  const classify = await library.pipeline('zero-shot-classification', key, options);
  const tokenizer = classify.tokenizer as Tokenizer;
  return {
    tokensOf: (text) => tokenizer.encode(text).length,
    async scores(text, labels) {
      const { labels: ranked, scores } = await classify(text, [...labels], {
        hypothesis_template: model.hypothesis ?? 'This example is {}.',
      });
      return labels.map((label) => scores[ranked.indexOf(label)]!);
    },
    dispose: () => disposed(classify),
  };
}
