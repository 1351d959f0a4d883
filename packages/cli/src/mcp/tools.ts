import { type Classification, LIMITS, SEGMENT_STRATEGIES, type SearchFoundation } from '@nearfield/spec';
import { invalid } from '@nearfield/spec/implement';
import * as v from 'valibot';
import { representatives } from '../dedup/select.ts';
import { segmentText } from '../segment/chunks.ts';
import { embedAll, taskOf } from '../vectors.ts';
import { defineTool, type Tool } from './tool.ts';

/** Foundation and models of the tools. */
export interface ToolModels {
  readonly foundation: SearchFoundation;
  /** Ids of the models that are used where a call names none. */
  readonly embedder: string;
  readonly reranker: string;
}

const strings = (least: number, most: number, text: string) =>
  v.pipe(v.array(v.string()), v.minLength(least), v.maxLength(most), v.description(text));
const count = (text: string) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.description(text)));

/** Tools on texts. Names and arguments are those of Jina's own server, where it has the tool. */
export function textTools({ foundation, embedder, reranker }: ToolModels): Tool[] {
  const model = v.optional(
    v.pipe(v.string(), v.description(`Id of the embedding model (default: ${embedder})`)),
    embedder,
  );
  return [
    defineTool({
      name: 'embed',
      tag: 'embed',
      title: 'Embed texts',
      description:
        'Turn texts into vectors that are near each other where the texts mean the same. Use this to store vectors or to compare texts by cosine; to rank or to deduplicate texts, the other tools need no vectors.',
      input: v.object({
        texts: strings(1, 128, 'Texts to embed, up to 128'),
        model,
        task: v.optional(v.pipe(v.string(), v.description('Task of the model, such as retrieval.query'))),
        dimensions: count('Length of the vectors, for models whose vectors can be cut'),
      }),
      async run({ texts, model: id, task, dimensions }, options) {
        const vectors = await embedAll(foundation, id, texts, { ...options, task, dimensions });
        return vectors.map((embedding, index) => ({ index, embedding }));
      },
    }),
    defineTool({
      name: 'sort_by_relevance',
      tag: 'rerank',
      title: 'Sort by relevance',
      description:
        'Sort documents by their relevance to a query. Use this when you have several documents and want those that answer a question or fit a topic best.',
      input: v.object({
        query: v.pipe(v.string(), v.description('The query or topic to rank documents against')),
        documents: strings(1, 1024, 'Texts of the documents, up to 1024'),
        top_n: count('Results at most'),
      }),
      async run({ query, documents, top_n }, options) {
        const request = { model: reranker, query, documents, top_n: top_n ?? null };
        const { results } = await foundation.rerank(request, options);
        return results.map(({ index, relevance_score, document }) => ({ index, relevance_score, document }));
      },
    }),
    defineTool({
      name: 'classify_text',
      tag: 'rerank',
      title: 'Classify texts',
      description:
        'Assign each text the best of your labels. Use this to categorise, tag or sort texts: sentiment, topics, intents, moderation.',
      input: v.object({
        texts: strings(1, 1024, 'Texts to classify, up to 1024'),
        labels: strings(2, 256, "Labels in words, such as ['positive', 'negative', 'neutral']"),
        model,
      }),
      async run({ texts, labels, model: id }, options) {
        const data: Classification[] = [];
        for (let from = 0; from < texts.length; from += LIMITS.classify.inputs) {
          const input = texts.slice(from, from + LIMITS.classify.inputs);
          const answer = await foundation.classify({ model: id, input, labels }, options);
          data.push(...answer.data.map((item) => ({ ...item, index: from + item.index })));
        }
        return data;
      },
    }),
    defineTool({
      name: 'deduplicate_strings',
      tag: 'rerank',
      title: 'Deduplicate strings',
      description:
        'Get the k strings of a list that represent all of them best, the most representative first. Use this to drop what says the same in other words, or to choose samples that differ.',
      input: v.object({
        strings: strings(1, 1000, 'Strings, up to 1000'),
        k: count('How many to return; without it, as many as each still adds something'),
      }),
      async run({ strings: texts, k }, options) {
        if (k !== undefined && k > texts.length) {
          throw invalid('k', `It is ${k}; take 1 to ${texts.length}, the number of strings.`);
        }
        const task = taskOf(embedder, 'text-matching');
        const vectors = await embedAll(foundation, embedder, texts, { ...options, task });
        return representatives(vectors, k).map((index) => ({ index, text: texts[index] }));
      },
    }),
    defineTool({
      name: 'segment',
      tag: 'segment',
      title: 'Segment a text',
      description:
        'Cut a long text into chunks at natural ends: paragraphs, sentences. Use this before embedding or ranking parts of a document, or to see how many tokens a text has.',
      input: v.object({
        content: v.pipe(v.string(), v.description('The text')),
        max_chunk_length: count(
          'Characters of a chunk at most, tokens for the strategy tokens (default 1000)',
        ),
        strategy: v.optional(
          v.pipe(v.picklist(SEGMENT_STRATEGIES), v.description('Where chunks end (default structure)')),
        ),
        tokenizer: v.optional(
          v.pipe(v.string(), v.description('cl100k_base (default), o200k_base, gpt2, a model’s id')),
        ),
      }),
      async run({ content, ...rules }, options) {
        const semantic = rules.strategy === 'semantic' ? { model: embedder } : {};
        const { chunk_positions, num_tokens, tokenizer } = await segmentText(
          foundation,
          content,
          { ...rules, ...semantic },
          options,
        );
        const chunks = chunk_positions.map(([start, end], index) => ({
          index,
          start,
          end,
          text: content.slice(start, end),
        }));
        return [{ num_tokens, tokenizer, num_chunks: chunks.length }, ...chunks];
      },
    }),
  ];
}
