/** Tiny models that give one vector a text, or one a token. */
import { ELEMENT_TYPES, type GraphBuilder } from '@nearfield/onnx';
import { graphFile, graphWithData, jsonFile, type TinyFile, tokenizerFiles } from './files.ts';
import { type TokenInputs, TransformerGraph } from './graph.ts';
import { apply, cutAndScale, type ForwardOptions, forward, mean, type Rows } from './reference.ts';
import { llamaBpe, qwenBpe } from './tokenizers/byte-level-bpe.ts';
import { robertaBpe } from './tokenizers/roberta.ts';
import type { TinyTokenizer } from './tokenizers/shared.ts';
import { wordPiece } from './tokenizers/word-piece.ts';
import { xlmRoberta } from './tokenizers/xlm-roberta.ts';
import { linear, SMALL, type Transformer, type TransformerShape, transformer } from './transformer.ts';

/** A model with its files and what it computes. */
export interface TinyModel {
  /** Catalogue id of the model whose recipe it follows. */
  readonly like: string;
  readonly files: readonly TinyFile[];
  readonly tokenizer: TinyTokenizer;
  /** Size of its vectors. */
  readonly dimensions: number;
}

/** Options of a vector. */
export interface EmbedOptions {
  /** The API's name of the task. */
  readonly task?: string | undefined;
  readonly dimensions?: number | undefined;
  readonly normalized?: boolean | undefined;
  /** Context in tokens; longer texts are cut. */
  readonly maxTokens?: number | undefined;
}

/** A model that gives one vector a text. */
export interface TinyTextModel extends TinyModel {
  /** The reference: prompt, tokens, transformer, pooling, cut, scaling. */
  embed(text: string, options?: EmbedOptions): number[];
  /** One vector for each token, special ones included, scaled. */
  tokenVectors(text: string, options?: EmbedOptions): Rows;
  /** Several texts as one sequence, one vector each. */
  lateChunks(texts: readonly string[], options?: EmbedOptions): Rows;
}

/** Sequence of one text, with its special tokens, cut. */
export function sequenceOf({ around, bare }: TinyTokenizer, text: string, maxTokens = 512): number[] {
  const [before, after] = around;
  return [...before, ...bare(text).slice(0, maxTokens - before.length - after.length), ...after];
}

/** Prompts by model, as the models' cards spell them. */
const V3_PROMPTS: Record<string, string> = {
  'retrieval.query': 'Represent the query for retrieving evidence documents: ',
  'retrieval.passage': 'Represent the document for retrieval: ',
};
const V3_ADAPTERS = ['retrieval.query', 'retrieval.passage', 'separation', 'classification', 'text-matching'];
const CODE_PROMPTS: Record<string, string> = {
  'nl2code.query': 'Find the most relevant code snippet given the following query:\n',
  'nl2code.passage': 'Candidate code snippet:\n',
  'qa.query': 'Find the most relevant answer given the following question:\n',
  'qa.passage': 'Candidate answer:\n',
};

interface TextModelParts {
  like: string;
  tokenizer: TinyTokenizer;
  shape?: Partial<TransformerShape>;
  inputs: TokenInputs;
  pooling: 'mean' | 'first' | 'last';
  /** Name of the output with a vector a token; undefined: none is given. */
  tokenOutput?: string;
  /** Name of the output that is pooled in the graph. */
  pooledOutput?: string;
  prompt?: (task: string | undefined) => string;
  adapter?: (task: string | undefined) => number;
  /** Default `onnx/model.onnx`. */
  path?: string;
  externalData?: boolean;
  /** Whether the vectors of tokens pass through float16 on their way out, which a GPU may lack. */
  half?: boolean;
}

function textModel(parts: TextModelParts): TinyTextModel {
  const { tokenizer, pooling, prompt = () => '', path = 'onnx/model.onnx' } = parts;
  const model = transformer({ ...SMALL, vocabulary: tokenizer.vocabulary, ...parts.shape });
  const { hidden } = model.shape;
  const tiny = new TransformerGraph(model, parts.inputs);
  const { graph } = tiny;
  const dims = ['batch', 'sequence', hidden];
  if (parts.tokenOutput) {
    graph.op('Identity', [parts.half ? throughHalf(graph, tiny.states) : tiny.states], {
      output: parts.tokenOutput,
    });
    graph.output(parts.tokenOutput, 'float32', dims);
  }
  if (parts.pooledOutput) {
    const vector = pooling === 'mean' ? tiny.meanPooled() : tiny.scaled(tiny.lastToken());
    graph.op('Identity', [vector], { output: parts.pooledOutput });
    graph.output(parts.pooledOutput, 'float32', ['batch', hidden]);
  }
  const run = (ids: number[], task: string | undefined): Rows => forward(model, ids, forwardOptions(task));
  const forwardOptions = (task: string | undefined): ForwardOptions =>
    parts.adapter ? { adapter: parts.adapter(task) } : {};
  const finish = (vector: number[], { dimensions = hidden, normalized = true }: EmbedOptions): number[] =>
    normalized ? cutAndScale(vector, dimensions) : vector.slice(0, dimensions);
  return {
    like: parts.like,
    tokenizer,
    dimensions: hidden,
    files: [
      jsonFile('config.json', { model_type: 'tiny', hidden_size: hidden, max_position_embeddings: 512 }),
      ...tokenizerFiles(tokenizer),
      ...(parts.externalData ? graphWithData(path, graph) : [graphFile(path, graph)]),
    ],
    embed(text, options = {}) {
      const states = run(sequenceOf(tokenizer, prompt(options.task) + text, options.maxTokens), options.task);
      return finish(pooling === 'mean' ? mean(states) : states.at(pooling === 'first' ? 0 : -1)!, options);
    },
    tokenVectors(text, options = {}) {
      return run(sequenceOf(tokenizer, prompt(options.task) + text), options.task).map((row) =>
        finish(row, options),
      );
    },
    lateChunks(texts, options = {}) {
      const [before, after] = tokenizer.around;
      const lead = tokenizer.bare(prompt(options.task));
      const pieces = texts.map((text) => tokenizer.bare(text));
      const states = run([...before, ...lead, ...pieces.flat(), ...after], options.task);
      let start = before.length + lead.length;
      return pieces.map((piece) => {
        const rows = states.slice(start, start + piece.length);
        start += piece.length;
        return finish(mean(rows), options);
      });
    },
  };
}

function throughHalf(graph: GraphBuilder, values: string): string {
  const half = graph.op('Cast', [values], { attributes: { to: ELEMENT_TYPES.float16 } });
  return graph.op('Cast', [half], { attributes: { to: ELEMENT_TYPES.float32 } });
}

/**
 * all-MiniLM-L6-v2: WordPiece, token types, mean.
 * @param half whether the graph needs float16, which WebGPU has only with `shader-f16`.
 */
export const tinyMiniLM = (half = false): TinyTextModel =>
  textModel({
    like: 'all-MiniLM-L6-v2',
    tokenizer: wordPiece(),
    shape: { seed: 11, positions: 512, segments: 2 },
    inputs: { attentionMask: true, tokenTypeIds: true },
    pooling: 'mean',
    tokenOutput: 'last_hidden_state',
    half,
  });

/** jina-embeddings-v2-base-en: WordPiece, token types, mean; dynamic int8 as published. */
export const tinyV2English = (form: 'float32' | 'q8' = 'float32'): TinyTextModel =>
  textModel({
    like: 'jina-embeddings-v2-base-en',
    tokenizer: wordPiece(),
    shape: { seed: 21, segments: 2, form },
    inputs: { attentionMask: true, tokenTypeIds: true },
    pooling: 'mean',
    tokenOutput: 'last_hidden_state',
    path: form === 'q8' ? 'onnx/model_quantized.onnx' : 'onnx/model.onnx',
  });

/** jina-embeddings-v2-base-de and its sisters: byte-level BPE. */
export const tinyV2German = (): TinyTextModel =>
  textModel({
    like: 'jina-embeddings-v2-base-de',
    tokenizer: robertaBpe(),
    shape: { seed: 22, segments: 2 },
    inputs: { attentionMask: true, tokenTypeIds: true },
    pooling: 'mean',
    tokenOutput: 'last_hidden_state',
  });

/**
 * jina-embeddings-v3: Unigram, adapters chosen by a scalar.
 * @param output which of the published outputs the graph has.
 * @param rank of what adapters add to the queries' weights, beside the vectors that they add to queries.
 */
export const tinyV3 = (output: 'both' | 'pooled' = 'both', hidden?: number, rank = 0): TinyTextModel =>
  textModel({
    like: 'jina-embeddings-v3',
    tokenizer: xlmRoberta(),
    shape: { seed: 31, adapters: 5, rank, ...(hidden !== undefined && { hidden }) },
    inputs: { attentionMask: true, taskId: true },
    pooling: 'mean',
    ...(output === 'both' ? { tokenOutput: 'text_embeds' } : {}),
    pooledOutput: '13049',
    prompt: (task) => V3_PROMPTS[task ?? ''] ?? '',
    adapter: (task) => V3_ADAPTERS.indexOf(task ?? ''),
    externalData: output === 'both',
  });

/** jina-embeddings-v5-text-nano: Llama's BPE, `Query: ` and `Document: `, the last token; 4-bit as published. */
export const tinyV5Nano = (form: 'float32' | 'q4' = 'q4'): TinyTextModel =>
  textModel({
    like: 'jina-embeddings-v5-text-nano',
    tokenizer: llamaBpe(),
    shape: { seed: 51, form },
    inputs: { attentionMask: true },
    pooling: 'last',
    tokenOutput: 'last_hidden_state',
    pooledOutput: 'sentence_embedding',
    prompt: (task) => (task === 'retrieval.query' ? 'Query: ' : 'Document: '),
    path: form === 'q4' ? 'onnx/model_q4.onnx' : 'onnx/model.onnx',
    externalData: form === 'q4',
  });

/** jina-embeddings-v5-text-small: Qwen's BPE, a causal decoder, only the pooled output. */
export const tinyV5Small = (): TinyTextModel =>
  textModel({
    like: 'jina-embeddings-v5-text-small',
    tokenizer: qwenBpe(),
    shape: { seed: 52, causal: true },
    inputs: { attentionMask: true },
    pooling: 'last',
    pooledOutput: 'sentence_embedding',
    prompt: (task) => (task === 'retrieval.query' ? 'Query: ' : 'Document: '),
  });

/** jina-code-embeddings: Qwen's BPE, causal, instructions, positions as an input. */
export const tinyCode = (hidden?: number): TinyTextModel =>
  textModel({
    like: 'jina-code-embeddings-0.5b',
    tokenizer: qwenBpe(),
    shape: { seed: 71, causal: true, positions: 512, ...(hidden !== undefined && { hidden }) },
    inputs: { attentionMask: true, positionIds: true },
    pooling: 'last',
    tokenOutput: 'last_hidden_state',
    prompt: (task) => CODE_PROMPTS[task ?? 'nl2code.query']!,
    // An export without the hub's layout.
    path: 'model.onnx',
  });

/**
 * A model in no catalogue, as sentence-transformers exports one. It has no prompts: they are put before its texts.
 * @param pooling of its vectors; files that say so are the test's.
 */
export const tinySentenceModel = (pooling: 'mean' | 'first' | 'last'): TinyTextModel =>
  textModel({
    like: '',
    tokenizer: wordPiece(),
    shape: { seed: 61, positions: 512, segments: 2 },
    inputs: { attentionMask: true, tokenTypeIds: true },
    pooling,
    tokenOutput: 'last_hidden_state',
  });

/** A late interaction model. */
export interface TinyColbert extends TinyModel {
  /** Scaled vectors of the tokens that count. */
  query(text: string, dimensions?: number): Rows;
  document(text: string, dimensions?: number): Rows;
}

const PUNCTUATION = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'];

function colbert(parts: {
  like: string;
  tokenizer: TinyTokenizer;
  seed: number;
  inputs: TokenInputs;
  markers: [query: string, document: string];
  mask: string;
  /** Whether the text's tokens see the mask tokens that fill up a query. */
  seesMasks: boolean;
  segments: number;
}): TinyColbert {
  const { tokenizer, markers, mask, seesMasks } = parts;
  const dimensions = 128;
  const model: Transformer = transformer({
    ...SMALL,
    vocabulary: tokenizer.vocabulary,
    seed: parts.seed,
    segments: parts.segments,
  });
  const project = linear(model.source, 'project', model.shape.hidden, dimensions);
  const tiny = new TransformerGraph(model, parts.inputs);
  tiny.graph.op('Identity', [tiny.linear(tiny.states, project)], { output: 'contextual_embeddings' });
  tiny.graph.output('contextual_embeddings', 'float32', ['batch', 'sequence', dimensions]);
  const marked = (text: string, marker: string): number[] => {
    const [first, ...rest] = sequenceOf(tokenizer, text);
    return [first!, tokenizer.idOf(marker), ...rest];
  };
  const vectors = (ids: number[], unseen: boolean[], cut: number): Rows =>
    forward(model, ids, { unseen }).map((state) => cutAndScale(apply(project, state), cut));
  return {
    like: parts.like,
    tokenizer,
    dimensions,
    files: [
      jsonFile('config.json', { model_type: 'tiny', hidden_size: model.shape.hidden }),
      ...tokenizerFiles(tokenizer),
      graphFile('onnx/model.onnx', tiny.graph),
    ],
    query(text, cut = dimensions) {
      const ids = marked(text, markers[0]);
      const unseen = ids.map(() => false);
      while (ids.length < 32) {
        ids.push(tokenizer.idOf(mask));
        unseen.push(!seesMasks);
      }
      return vectors(ids, unseen, cut);
    },
    document(text, cut = dimensions) {
      const ids = marked(text, markers[1]);
      const skipped = new Set(PUNCTUATION.map((sign) => tokenizer.bare(sign)[0]));
      return vectors(
        ids,
        ids.map(() => false),
        cut,
      ).filter((_, index) => !skipped.has(ids[index]));
    },
  };
}

export const tinyColbertV1 = (): TinyColbert =>
  colbert({
    like: 'jina-colbert-v1-en',
    tokenizer: wordPiece(),
    seed: 101,
    inputs: { attentionMask: true, tokenTypeIds: true },
    markers: ['[unused0]', '[unused1]'],
    mask: '[MASK]',
    seesMasks: false,
    segments: 2,
  });

export const tinyColbertV2 = (): TinyColbert =>
  colbert({
    like: 'jina-colbert-v2',
    tokenizer: xlmRoberta(),
    seed: 102,
    inputs: { attentionMask: true },
    markers: ['[QueryMarker]', '[DocumentMarker]'],
    mask: '<mask>',
    seesMasks: true,
    segments: 0,
  });
