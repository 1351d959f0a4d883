import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type TinyFile,
  tinyColbertV2,
  tinyMiniLM,
  tinyRerankerV2,
  tinyRerankerV3,
  tinyV2German,
  tinyV3,
} from '@nearfield/model-tiny';
import { FoundationError } from '@nearfield/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rejection } from '../../test/rejection.ts';
import { temporaryDirectory } from '../../test/temporary-directory.ts';
import { createNodeFoundation, type LocalFoundation } from '../node.ts';

const MODELS: Record<string, { like: string; files: readonly TinyFile[] }> = {
  'word-piece': { like: 'all-MiniLM-L6-v2', files: tinyMiniLM().files },
  unigram: { like: 'jina-embeddings-v3', files: tinyV3().files },
  // The recipe only: another tokenizer under the same pooling.
  'byte-level': { like: 'all-MiniLM-L6-v2', files: tinyV2German().files },
  colbert: { like: 'jina-colbert-v2', files: tinyColbertV2().files },
  pairs: { like: 'jina-reranker-v2-base-multilingual', files: tinyRerankerV2().files },
  listwise: { like: 'jina-reranker-v3', files: tinyRerankerV3().files },
};
const EMBEDDERS = ['word-piece', 'unigram', 'byte-level'];

const directory = temporaryDirectory('long');
let foundation: LocalFoundation;
beforeAll(async () => {
  for (const [id, { files }] of Object.entries(MODELS)) {
    for (const { path, bytes } of files) {
      await mkdir(dirname(join(directory, id, path)), { recursive: true });
      await writeFile(join(directory, id, path), bytes);
    }
  }
  foundation = createNodeFoundation({
    dataDirectory: join(directory, 'data'),
    threads: 1,
    models: Object.entries(MODELS).map(([id, { like }]) => ({ id, like, source: join(directory, id) })),
  });
});
afterAll(async () => {
  await foundation.close();
});

const SENTENCE = 'What is the capital of France? ';
/** Far beyond every context here, and short enough to be read in no time. */
const ENOUGH = SENTENCE.repeat(2000);
const LONG = SENTENCE.repeat(130_000);
const LETTERS = 'q'.repeat(130_000);

/** The task that a model must be called with. */
const taskOf = (model: string): { task?: 'text-matching' } =>
  model === 'unigram' ? { task: 'text-matching' } : {};

const vectorOf = async (model: string, text: string): Promise<Float32Array> => {
  const { data } = await foundation.embeddings({ model, input: [text], truncate: true, ...taskOf(model) });
  return data[0]!.embedding;
};

describe.each(EMBEDDERS)('%s', (model) => {
  const task = taskOf(model);

  it('reads what fits of a long text and of a word without end', async () => {
    expect(await vectorOf(model, LONG)).toEqual(await vectorOf(model, ENOUGH));
    // Of a word without end, 5,000 letters are more than fit.
    const letters = await vectorOf(model, LETTERS);
    expect(letters.every(Number.isFinite)).toBe(true);
    expect(letters).toEqual(await vectorOf(model, LETTERS.slice(0, 30_000)));
  });

  it('counts what it read, and refuses the text with its tokens where it may not be cut', async () => {
    const { usage } = await foundation.embeddings({ model, ...task, input: ENOUGH, truncate: true });
    const longer = await foundation.embeddings({ model, ...task, input: LONG, truncate: true });
    expect(longer.usage).toEqual(usage);
    const { num_tokens } = await foundation.segment({ content: ENOUGH, tokenizer: model });
    const error = await rejection(foundation.embeddings({ model, ...task, input: ['short', ENOUGH] }));
    expect(error).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', param: 'input.1' });
    // Two special tokens are around it.
    expect(error.message).toContain(`Input 1 has ${num_tokens! + 2} tokens`);
  });

  it('cuts a document for late chunking, and says which chunk is lost', async () => {
    const input = ['What is it?', ENOUGH];
    const cut = await foundation.embeddings({ model, ...task, input, late_chunking: true, truncate: true });
    const longer = await foundation.embeddings({
      model,
      ...task,
      input: ['What is it?', LONG],
      late_chunking: true,
      truncate: true,
    });
    expect(longer.data).toEqual(cut.data);
    const lost = foundation.embeddings({
      model,
      ...task,
      input: ['What is it?', LONG, 'Lost.'],
      late_chunking: true,
      truncate: true,
    });
    expect(await rejection(lost)).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', param: 'input.2' });
    // White space is a token of byte-level vocabularies.
    if (model === 'byte-level') return;
    const empty = foundation.embeddings({
      model,
      ...task,
      input: ['What is it?', LONG, ' '],
      late_chunking: true,
      truncate: true,
    });
    expect(await rejection(empty)).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'input.2' });
  });
});

it('a text of more than four million characters is refused with a number it exceeds', async () => {
  const error = await rejection(foundation.embeddings({ model: 'word-piece', input: LONG.repeat(2) }));
  expect(error).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', param: 'input.0' });
  expect(error.message).toMatch(/has more than \d{6,} tokens/);
});

it('messages are let in while a text that is too long is counted', async () => {
  let messages = 0;
  const timer = setInterval(() => messages++, 0);
  await rejection(foundation.embeddings({ model: 'word-piece', input: LONG }));
  clearInterval(timer);
  expect(messages).toBeGreaterThan(2);
});

it('counting stops when the call is aborted', async () => {
  const controller = new AbortController();
  const call = foundation.embeddings({ model: 'word-piece', input: LONG }, { signal: controller.signal });
  setTimeout(() => controller.abort(), 0);
  expect(await rejection(call)).toMatchObject({ name: 'AbortError' });
});

it('token vectors are those of what fits', async () => {
  const read = async (input: string): Promise<unknown> => {
    const { data, usage } = await foundation.multiVector({
      model: 'colbert',
      input,
      truncate: true,
      input_type: 'document',
    });
    return [data, usage];
  };
  expect(await read(LONG)).toEqual(await read(ENOUGH));
  const refused = await rejection(foundation.multiVector({ model: 'colbert', input: ENOUGH }));
  expect(refused).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', param: 'input.0' });
});

describe.each(['pairs', 'listwise', 'colbert', 'word-piece'])('rerank with %s', (model) => {
  it('reads what fits of documents', async () => {
    const scores = async (document: string): Promise<unknown> => {
      const { results, usage } = await foundation.rerank({
        model,
        query: 'capital',
        documents: [document, 'search'],
        truncation: true,
      });
      return [results.map(({ index, relevance_score }) => [index, relevance_score]), usage];
    };
    expect(await scores(LONG)).toEqual(await scores(ENOUGH));
    await scores(LETTERS);
  });

  it('refuses a query that is too long with its tokens', async () => {
    const { num_tokens } = await foundation.segment({ content: ENOUGH, tokenizer: model });
    const call = foundation.rerank({ model, query: ENOUGH, documents: ['a', 'b'] });
    const error = await rejection(call);
    expect(error).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', param: 'query' });
    expect(error.message).toContain(`The query has ${num_tokens} tokens`);
  });
});

it('a batch with a word without end fails for no one', async () => {
  const { data } = await foundation.embeddings({
    model: 'unigram',
    task: 'text-matching',
    input: ['find it', LETTERS, '\ufeff# Title'],
    truncate: true,
  });
  expect(data).toHaveLength(3);
});

it('a file whose ids are none is refused with its name', async () => {
  const { files } = tinyMiniLM();
  for (const { path, bytes } of files) {
    await mkdir(dirname(join(directory, 'broken', path)), { recursive: true });
    const text = new TextDecoder().decode(bytes);
    const broken = path === 'tokenizer.json' ? text.replace('"[CLS]":4', '"[CLS]":1e308') : undefined;
    if (broken !== undefined) expect(broken).not.toBe(text);
    await writeFile(join(directory, 'broken', path), broken ?? bytes);
  }
  const own = createNodeFoundation({
    dataDirectory: join(directory, 'other'),
    threads: 1,
    models: [{ id: 'broken', like: 'all-MiniLM-L6-v2', source: join(directory, 'broken') }],
  });
  const error = await rejection(own.embeddings({ model: 'broken', input: 'a' }));
  expect(error).toBeInstanceOf(FoundationError);
  expect(error).toMatchObject({ code: 'MODEL_INVALID' });
  expect(error.message).toContain('tokenizer.json of broken');
  await own.close();
});
