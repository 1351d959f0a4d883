import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TinyTextModel, tinyMiniLM, tinyV2German } from '@nearfield/model-tiny';
import type { EmbeddingsRequest } from '@nearfield/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rejection } from '../../../test/rejection.ts';
import { temporaryDirectory } from '../../../test/temporary-directory.ts';
import { withContext } from '../../../test/tiny-context.ts';
import { createNodeFoundation, type LocalFoundation } from '../../node.ts';

/** A context this short needs windows soon. */
const CONTEXT = 24;
const HEAD = 1;
const WIDTH = CONTEXT - 2;

const wordPiece = tinyMiniLM();
const byteLevel = tinyV2German();
const models: Record<string, TinyTextModel> = { 'word-piece': wordPiece, 'byte-level': byteLevel };

const directory = temporaryDirectory('late');
let foundation: LocalFoundation;
beforeAll(async () => {
  for (const [id, model] of Object.entries(models)) {
    for (const { path, bytes } of model === wordPiece ? withContext(model.files, CONTEXT) : model.files) {
      await mkdir(dirname(join(directory, id, path)), { recursive: true });
      await writeFile(join(directory, id, path), bytes);
    }
  }
  foundation = createNodeFoundation({
    dataDirectory: join(directory, 'data'),
    threads: 1,
    // The recipe only: another tokenizer under the same pooling.
    models: Object.keys(models).map((id) => ({
      id,
      like: 'all-MiniLM-L6-v2',
      source: join(directory, id),
    })),
  });
});
afterAll(async () => {
  await foundation.close();
});

async function chunks(
  request: Omit<EmbeddingsRequest, 'late_chunking' | 'embedding_type' | 'return_multivector'>,
): Promise<Float32Array[]> {
  const { data } = await foundation.embeddings({ ...request, late_chunking: true });
  return data.map(({ embedding }) => embedding);
}

const expectClose = (actual: ArrayLike<number>, expected: ArrayLike<number>): void => {
  expect(actual.length).toBe(expected.length);
  Array.from(actual).forEach((value, index) => {
    expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-4);
  });
};

const scaled = (vector: readonly number[]): number[] => {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
};

/** Words of the tiny vocabulary that are one token. */
const WORDS = ['the', 'rabbit', 'is', 'what', 'of', ...'abcdefghijklmnopqrstuvwxyz'].filter(
  (word) => wordPiece.tokenizer.bare(word).length === 1,
);

/** So many words, each one token. */
const text = (count: number, shift = 0): string =>
  Array.from({ length: count }, (_, index) => WORDS[(index * 7 + shift * 3) % WORDS.length]).join(' ');

/**
 * Windows by their definition, in float64: every window is read by itself, and a token's vector is the one of the
 * window in which it is farthest from an edge.
 */
function windowReference(inputs: readonly string[], dimensions: number, normalized: boolean): number[][] {
  const words = inputs.flatMap((input) => input.split(' '));
  const overlap = WIDTH >> 2;
  const starts: number[] = [];
  for (let start = 0; ; start += WIDTH - overlap) {
    if (start + WIDTH >= words.length) {
      starts.push(words.length - WIDTH);
      break;
    }
    starts.push(start);
  }
  const windows = starts.map((start) => ({
    start,
    rows: wordPiece.tokenVectors(words.slice(start, start + WIDTH).join(' '), {
      normalized: false,
      dimensions,
    }),
  }));
  const vectors = words.map((_, token) => {
    const edge = ({ start }: { start: number }): number => Math.min(token - start, start + WIDTH - 1 - token);
    const best = windows.reduce((left, right) => (edge(right) >= edge(left) ? right : left));
    return best.rows[token - best.start + HEAD]!;
  });
  let at = 0;
  return inputs.map((input) => {
    const rows = vectors.slice(at, at + input.split(' ').length);
    at += rows.length;
    const sum = rows.reduce((left, right) => left.map((value, index) => value + right[index]!));
    return normalized ? scaled(sum) : sum.map((value) => value / rows.length);
  });
}

describe('late chunking', () => {
  it('has words of one token to be tested with', () => {
    expect(WORDS.length).toBeGreaterThan(4);
  });

  it('is one pass within the context, the last token included', async () => {
    const input = [text(5), text(9, 1), text(8, 2)];
    expect(wordPiece.lateChunks(input).length).toBe(3);
    const found = await chunks({ model: 'word-piece', input });
    wordPiece.lateChunks(input).forEach((expected, index) => {
      expectClose(found[index]!, expected);
    });
  });

  it.each([
    [[text(23)], true],
    [[text(10), text(13, 1)], true],
    [[text(3), text(40, 1), text(1, 2), text(17, 3)], true],
    [[text(3), text(40, 1), text(1, 2), text(17, 3)], false],
    [Array.from({ length: 60 }, (_, index) => text(2, index)), true],
  ])('reads what is longer in overlapping windows (%#)', async (input, normalized) => {
    for (const dimensions of [undefined, 16]) {
      const found = await chunks({ model: 'word-piece', input, normalized, dimensions });
      expect(found).toHaveLength(input.length);
      windowReference(input, dimensions ?? wordPiece.dimensions, normalized).forEach((expected, index) => {
        expectClose(found[index]!, expected);
      });
    }
  });

  it('counts a document once, however many windows read it', async () => {
    const input = [text(30), text(31, 1)];
    const { usage } = await foundation.embeddings({ model: 'word-piece', input, late_chunking: true });
    expect(usage).toEqual({ total_tokens: 63, prompt_tokens: 63 });
    const cut = await foundation.embeddings({
      model: 'word-piece',
      input: [text(10), text(31, 1)],
      late_chunking: true,
      truncate: true,
    });
    expect(cut.usage.total_tokens).toBe(CONTEXT);
  });

  it('is cut at the context with truncate, and names an input that is cut off whole', async () => {
    const [first, second] = [text(10), text(31, 1)];
    const shortened = second.split(' ').slice(0, 12).join(' ');
    const found = await chunks({ model: 'word-piece', input: [first, second], truncate: true });
    wordPiece.lateChunks([first, shortened]).forEach((expected, index) => {
      expectClose(found[index]!, expected);
    });
    const lost = chunks({ model: 'word-piece', input: [first, second, 'x'], truncate: true });
    expect(await rejection(lost)).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', param: 'input.2' });
  });

  it('refuses an input without tokens by its index', async () => {
    for (const empty of ['', ' \n']) {
      expect(await rejection(chunks({ model: 'word-piece', input: ['the', empty] }))).toMatchObject({
        code: 'INPUT_VALIDATION_FAILED',
        param: 'input.1',
      });
    }
  });
});

describe('split_sentences', () => {
  it.each([
    ['an address', 'Look it up at https://shop.example/find?item=7 today. Second sentence here.', 2],
    ['quoted speech', 'He shouted "Go!" and ran. The end came.', 2],
    ['an ordinal', 'Am 3. Oktober ist frei. Dann nicht.', 2],
    ['a name with a mark', 'Yahoo! announced it. Nobody cared? Someone did!', 3],
  ])('does not divide %s', async (_, input, count) => {
    for (const id of Object.keys(models)) {
      expect(await chunks({ model: id, input, split_sentences: true })).toHaveLength(count);
    }
  });

  const sentences = ['The rabbit.', 'What is it?', 'Of course!'];

  it.each(Object.entries(models))(
    '%s: pools the sentences of the text as it was written',
    async (id, model) => {
      for (const separator of [' ', '  ', '\n']) {
        const input = sentences.join(separator);
        const found = await chunks({ model: id, input, split_sentences: true });
        // White space before a sentence is part of its first token where the vocabulary has it there.
        const written =
          model === byteLevel
            ? sentences.map((sentence, index) => (index > 0 ? separator + sentence : sentence))
            : sentences;
        expect(written.flatMap((piece) => model.tokenizer.bare(piece))).toEqual(model.tokenizer.bare(input));
        model.lateChunks(written).forEach((expected, index) => {
          expectClose(found[index]!, expected);
        });
        expect(found).toHaveLength(3);
      }
    },
  );

  it('is one vector for one sentence', async () => {
    const found = await chunks({
      model: 'word-piece',
      input: ['the rabbit is white'],
      split_sentences: true,
    });
    expect(found).toHaveLength(1);
    expectClose(found[0]!, wordPiece.lateChunks(['the rabbit is white'])[0]!);
  });
});
