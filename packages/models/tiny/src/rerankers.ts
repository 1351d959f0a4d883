/** Tiny rerankers. */
import { graphFile, jsonFile, type TinyFile, tokenizerFiles } from './files.ts';
import { TransformerGraph } from './graph.ts';
import { apply, cosine, forward, multiply, sigmoid } from './reference.ts';
import type { TinyModel } from './text-models.ts';
import { qwenBpe } from './tokenizers/byte-level-bpe.ts';
import { robertaBpe } from './tokenizers/roberta.ts';
import type { TinyTokenizer } from './tokenizers/shared.ts';
import { wordPiece } from './tokenizers/word-piece.ts';
import { xlmRoberta } from './tokenizers/xlm-roberta.ts';
import { linear, SMALL, transformer } from './transformer.ts';

/** A cross-encoder. */
export interface TinyCrossEncoder extends TinyModel {
  /** Context in tokens. */
  readonly maxTokens: number;
  /** Scores of the documents: largest sigmoid over the windows of each. */
  scores(query: string, documents: readonly string[]): number[];
}

interface CrossEncoderParts {
  tokenizer: TinyTokenizer;
  seed: number;
  maxTokens: number;
  segments: number;
}

/** A classifier of pairs by the first token's state, with one number per class. */
function pairClassifier({ tokenizer, seed, maxTokens, segments }: CrossEncoderParts, classes: number) {
  const model = transformer({
    ...SMALL,
    vocabulary: tokenizer.vocabulary,
    seed,
    segments,
    positions: maxTokens + 8,
  });
  const classify = linear(model.source, 'classify', model.shape.hidden, classes);
  const tiny = new TransformerGraph(model, { attentionMask: true, tokenTypeIds: segments > 0 });
  const { graph } = tiny;
  const first = graph.op('Gather', [tiny.states, tiny.integers('first', [0])], { attributes: { axis: 1 } });
  const flat = graph.op('Squeeze', [first, tiny.integers('one', [1])]);
  graph.op('Identity', [tiny.linear(flat, classify)], { output: 'logits' });
  graph.output('logits', 'float32', ['batch', classes]);
  return { model, classify, graph };
}

function crossEncoder(parts: CrossEncoderParts & { like: string }): TinyCrossEncoder {
  const { tokenizer, maxTokens } = parts;
  const { model, classify, graph } = pairClassifier(parts, 1);
  return {
    like: parts.like,
    tokenizer,
    maxTokens,
    dimensions: 0,
    files: [
      jsonFile('config.json', { model_type: 'tiny', max_position_embeddings: maxTokens }),
      ...tokenizerFiles(tokenizer),
      graphFile('onnx/model.onnx', graph),
    ],
    scores(query, documents) {
      const { pair, around, bare } = tokenizer;
      // The reference code cuts the query to 512 tokens with its own special tokens, then adds a separator, the
      // window and another separator.
      const own = around[0].length + around[1].length;
      const words = bare(query).slice(0, Math.min(512, maxTokens / 2) - own);
      const head = [...around[0], ...words, ...pair.middle];
      const width = maxTokens - head.length - pair.after.length;
      const overlap = Math.min(80, Math.floor(width / 4));
      return documents.map((document) => {
        const ids = bare(document);
        const windows: number[][] = [];
        if (ids.length <= width) windows.push(ids);
        let start = 0;
        while (ids.length > width && start < ids.length) {
          const end = start + width;
          windows.push(end >= ids.length ? ids.slice(-width) : ids.slice(start, end));
          start = end < ids.length ? end - overlap : end;
        }
        return Math.max(
          ...windows.map((window) => {
            const sequence = [...head, ...window, ...pair.after];
            const segments = sequence.map((_, at) => (at < head.length ? 0 : pair.type));
            return sigmoid(apply(classify, forward(model, sequence, { segments })[0]!)[0]!);
          }),
        );
      });
    },
  };
}

/** jina-reranker-v1-tiny-en and -turbo-en: byte-level BPE. A short context, so that windows are needed. */
export const tinyRerankerV1 = (): TinyCrossEncoder =>
  crossEncoder({
    like: 'jina-reranker-v1-tiny-en',
    tokenizer: robertaBpe(),
    seed: 111,
    maxTokens: 64,
    segments: 0,
  });

/** jina-reranker-v2-base-multilingual: Unigram. */
export const tinyRerankerV2 = (): TinyCrossEncoder =>
  crossEncoder({
    like: 'jina-reranker-v2-base-multilingual',
    tokenizer: xlmRoberta(),
    seed: 112,
    maxTokens: 48,
    segments: 0,
  });

/** A cross-encoder with segments, as BERT's are. */
export const tinyBertReranker = (): TinyCrossEncoder =>
  crossEncoder({
    like: 'jina-reranker-v1-turbo-en',
    tokenizer: wordPiece(),
    seed: 113,
    maxTokens: 56,
    segments: 2,
  });

/** A model of natural language inference: entailment, neutral, contradiction. */
export interface TinyEntailment extends Pick<TinyModel, 'files' | 'tokenizer'> {
  /** Logits of the three classes for a text and a statement about it. */
  logits(text: string, statement: string): number[];
}

/** BERT with three classes, its configuration as transformers reads it. */
export function tinyEntailment(): TinyEntailment {
  const parts = { tokenizer: wordPiece(), seed: 114, maxTokens: 64, segments: 2 };
  const { tokenizer } = parts;
  const { model, classify, graph } = pairClassifier(parts, 3);
  const labels = ['entailment', 'neutral', 'contradiction'];
  const config = {
    model_type: 'bert',
    max_position_embeddings: parts.maxTokens,
    id2label: Object.fromEntries(labels.entries()),
    label2id: Object.fromEntries(labels.map((label, index) => [label, index])),
  };
  return {
    tokenizer,
    files: [
      jsonFile('config.json', config),
      ...tokenizerFiles(tokenizer),
      graphFile('onnx/model.onnx', graph),
    ],
    logits(text, statement) {
      const { pair, around, bare } = tokenizer;
      const head = [...around[0], ...bare(text), ...pair.middle];
      const sequence = [...head, ...bare(statement), ...pair.after];
      const segments = sequence.map((_, at) => (at < head.length ? 0 : pair.type));
      return apply(classify, forward(model, sequence, { segments })[0]!);
    },
  };
}

/** A listwise reranker. */
export interface TinyListwise extends TinyModel {
  /** Scores of documents that share one block. */
  scores(query: string, documents: readonly string[], instruction?: string): number[];
}

/**
 * jina-reranker-v3 with the inputs of the community export.
 * @param embeddings whether the graph also gives the projected vectors.
 */
export function tinyRerankerV3(embeddings = false): TinyListwise {
  const tokenizer = qwenBpe();
  const model = transformer({ ...SMALL, vocabulary: tokenizer.vocabulary, seed: 121, causal: true });
  const { hidden } = model.shape;
  const inner = model.source.matrix('project.0', hidden, hidden / 2);
  const outer = model.source.matrix('project.1', hidden / 2, 16);
  const tiny = new TransformerGraph(model, { attentionMask: true });
  const { graph } = tiny;
  const documents = graph.input('doc_token_indices', 'int64', ['batch', 'documents']);
  const query = graph.input('query_token_index', 'int64', ['batch', 1]);
  // The projector is one: its weights are named once.
  const both = graph.op('Concat', [tiny.at(documents), tiny.at(query)], { attributes: { axis: 1 } });
  const projected = tiny.multiply(graph.op('Relu', [tiny.multiply(both, inner)]), outer);
  const last = tiny.integers('last', [-1]);
  const ends = tiny.integers('ends', [2 ** 31 - 1]);
  const axis = tiny.integers('one', [1]);
  const queryVector = graph.op('Slice', [projected, last, ends, axis], { output: 'query_embeds' });
  const documentVectors = graph.op('Slice', [projected, tiny.integers('zero', [0]), last, axis], {
    output: 'doc_embeds',
  });
  const product = graph.op('Mul', [tiny.scaled(documentVectors), tiny.scaled(queryVector)]);
  graph.op('ReduceSum', [product, tiny.integers('two', [2])], {
    output: 'scores',
    attributes: { keepdims: 0 },
  });
  graph.output('scores', 'float32', ['batch', 'documents']);
  if (embeddings) {
    graph.output('query_embeds', 'float32', ['batch', 1, 16]);
    graph.output('doc_embeds', 'float32', ['batch', 'documents', 16]);
  }
  const files: TinyFile[] = [
    jsonFile('config.json', { model_type: 'qwen3', hidden_size: hidden, max_position_embeddings: 4096 }),
    ...tokenizerFiles(tokenizer),
    graphFile('onnx/model.onnx', graph),
  ];
  return {
    like: 'jina-reranker-v3',
    tokenizer,
    dimensions: 0,
    files,
    scores(queryText, texts, instruction) {
      const lines = [
        '<|im_start|>system',
        'You are a search relevance expert who can determine a ranking of the passages based on how relevant they are to the query. If the query is a question, how relevant a passage is depends on how well it answers the question. If not, try to analyze the intent of the query and assess how well each passage satisfies the intent. If an instruction is provided, you should follow the instruction when determining the ranking.<|im_end|>',
        '<|im_start|>user',
        `I will provide you with ${texts.length} passages, each indicated by a numerical identifier. Rank the passages based on their relevance to query: ${queryText}`,
        ...(instruction ? ['<instruct>', instruction, '</instruct>'] : []),
        ...texts.flatMap((text, index) => [
          `<passage id="${index}">`,
          `${text}<|embed_token|>`,
          '</passage>',
        ]),
        '<query>',
        `${queryText}<|rerank_token|>`,
        '</query><|im_end|>',
        '<|im_start|>assistant',
        '<think>',
        '',
        '</think>',
        '',
        '',
      ];
      const ids = tokenizer.bare(lines.join('\n'));
      const states = forward(model, ids);
      const project = (at: number): number[] =>
        multiply(
          multiply(states[at]!, inner).map((value) => Math.max(0, value)),
          outer,
        );
      const [embed, rank] = ['<|embed_token|>', '<|rerank_token|>'].map(tokenizer.idOf);
      const own = project(ids.indexOf(rank!));
      return ids.flatMap((id, at) => (id === embed ? [cosine(project(at), own)] : []));
    },
  };
}
