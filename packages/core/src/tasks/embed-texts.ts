import { type CallOptions, FoundationError, type ImageDoc } from '@nearfield/spec';
import type { Engine } from '../engine/engine.ts';
import type { ReadyEncoder } from '../engine/ready.ts';
import type { TokenSequence } from '../text/tokenizer.ts';

/** Calls of up to this many inputs are somebody waiting at a search box, unless they say otherwise. */
const INTERACTIVE_INPUTS = 8;

/** One thing that becomes one vector. */
export type EmbedItem = { readonly text: string } | { readonly image: ImageDoc['image'] };

/** What is embedded, and how. */
export interface EmbedItemsRequest {
  model: string;
  items: readonly EmbedItem[];
  /** The API's name of a task the model has; null for none. */
  task: string | null;
  /** Put before every text. */
  prompt: string;
  /** Size of the vectors. Default: the model's own. */
  dimensions?: number | undefined;
  /** Whether vectors have length 1. Default true. */
  normalized?: boolean | undefined;
  /** Whether texts that are too long are cut. Default: they are refused; undefined where a request has no say. */
  truncate?: boolean | undefined;
  /** The request's field that an item came from, for errors. Default `input.<index>`. */
  fieldOf?: ((index: number) => string) | undefined;
}

/** Vectors of the items, in their order. */
export interface EmbeddedItems {
  /** Shape [items, dimensions]. */
  values: Float32Array;
  dimensions: number;
  /** Tokens of each item, special tokens and prompt included. */
  tokens: number[];
  totalTokens: number;
}

/**
 * Embeds texts: tokenise, run in batches that concurrent calls share. What every task uses that needs vectors
 * and not a response.
 * @throws FoundationError INPUT_VALIDATION_FAILED for images where the model reads text only, and for more
 * dimensions than it has; INPUT_TOKEN_LIMIT_EXCEEDED; those of loading.
 */
export async function embedItems(
  engine: Engine,
  request: EmbedItemsRequest,
  { signal, onProgress, priority }: CallOptions,
): Promise<EmbeddedItems> {
  const { model, task, prompt, normalized = true, truncate } = request;
  const fieldOf = request.fieldOf ?? ((index: number) => `input.${index}`);
  const ready = await engine.encoder(model, { task, signal, onProgress });
  const texts = request.items.map((item, index) => textOf(item, model, fieldOf(index)));
  const { dimensions: ownDimensions } = ready.info;
  const dimensions = request.dimensions ?? ownDimensions;
  if (dimensions > ownDimensions) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `dimensions: Input should be less than or equal to ${ownDimensions}`,
      param: 'dimensions',
    });
  }
  const sequences = tokenize(ready, texts, prompt, truncate, fieldOf);
  const tokens = sequences.map(({ ids }) => ids.length);
  const totalTokens = tokens.reduce((sum, count) => sum + count, 0);

  const values = new Float32Array(texts.length * dimensions);
  const report = workReporter(onProgress, texts.length, totalTokens);
  await engine.scheduler.submit(ready.encoder.group({ dimensions, normalized, task }), sequences, {
    priority: priority ?? (texts.length <= INTERACTIVE_INPUTS ? 'interactive' : 'bulk'),
    signal,
    onResult: (index, vector) => {
      values.set(vector, index * dimensions);
      report(tokens[index]!);
    },
  });
  return { values, dimensions, tokens, totalTokens };
}

/** Progress events cross a worker boundary: not more often than a screen shows them. */
const REPORT_INTERVAL = 33;

function workReporter(
  onProgress: CallOptions['onProgress'],
  inputs: number,
  tokens: number,
): (itemTokens: number) => void {
  const done = { inputs: 0, tokens: 0 };
  let last = 0;
  return (itemTokens) => {
    done.inputs++;
    done.tokens += itemTokens;
    if (!onProgress) return;
    const now = performance.now();
    if (done.inputs < inputs && now - last < REPORT_INTERVAL) return;
    last = now;
    onProgress({
      type: 'work-progress',
      inputs: { done: done.inputs, total: inputs },
      tokens: { done: done.tokens, total: tokens },
    });
  };
}

function textOf(item: EmbedItem, model: string, field: string): string {
  if ('text' in item) return item.text;
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `${field}: ${model} embeds text only. Send a string or {"text": …}.`,
    param: field,
  });
}

function tokenize(
  { definition, tokenizer, info }: ReadyEncoder,
  texts: readonly string[],
  prompt: string,
  truncate: boolean | undefined,
  fieldOf: (index: number) => string,
): TokenSequence[] {
  return texts.map((text, index) => {
    const sequence = tokenizer.encode(prompt + text, info.maxTokens);
    if (sequence.fullLength > info.maxTokens && !truncate) {
      const field = fieldOf(index);
      const name = field === `input.${index}` ? `Input ${index}` : field;
      const advice =
        truncate === false ? 'Shorten it, split it, or set truncate to true' : 'Shorten or split it';
      throw new FoundationError({
        code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
        message: `${name} has ${sequence.fullLength} tokens; ${definition.id} reads at most ${info.maxTokens}. ${advice}.`,
        param: field,
      });
    }
    return sequence;
  });
}
