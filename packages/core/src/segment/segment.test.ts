import { LIMITS } from '@nearfield/spec';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { RANKS } from './ranks.ts';
import { segmentText as segment } from './segment.ts';
import type { EmbedTexts } from './strategies/semantic.ts';
import { fromHubTokenizer, loadTokenizer, type SegmentTokenizer } from './tokenizers.ts';

/** With the API's tokenizers, unless a test has others. */
const segmentText = (
  request: Parameters<typeof segment>[0],
  dependencies: Partial<Parameters<typeof segment>[1]> = {},
): ReturnType<typeof segment> =>
  segment(request, { tokenizer: (name) => loadTokenizer(name, RANKS), ...dependencies });

/** The request and response that Jina documents for segment.jina.ai. */
const CONTENT =
  '\n  Jina AI: Your Search Foundation, Supercharged! 🚀\n  Ihrer Suchgrundlage, aufgeladen! 🚀\n  您的搜索底座，从此不同！🚀\n  検索ベース,もう二度と同じことはありません！🚀\n';
const RESPONSE = {
  num_tokens: 78,
  tokenizer: 'cl100k_base',
  usage: { tokens: 0 },
  num_chunks: 4,
  chunk_positions: [
    [3, 55],
    [55, 93],
    [93, 110],
    [110, 135],
  ],
  // biome-ignore format: the documented response, one line a chunk
  tokens: [
    [['J', [41]], ['ina', [2259]], [' AI', [15592]], [':', [25]], [' Your', [4718]], [' Search', [7694]], [' Foundation', [5114]], [',', [11]], [' Super', [7445]], ['charged', [38061]], ['!', [0]], [' ', [11410]], ['🚀', [248, 222]], ['\n', [198]], ['  ', [256]]],
    [['I', [40]], ['hr', [4171]], ['er', [261]], [' Such', [15483]], ['grund', [60885]], ['lage', [56854]], [',', [11]], [' auf', [7367]], ['gel', [29952]], ['aden', [21825]], ['!', [0]], [' ', [11410]], ['🚀', [248, 222]], ['\n', [198]], ['  ', [256]]],
    [['您', [88126]], ['的', [9554]], ['搜索', [80073]], ['底', [11795, 243]], ['座', [11795, 100]], ['，', [3922]], ['从', [46281]], ['此', [33091]], ['不', [16937]], ['同', [42016]], ['！', [6447]], ['🚀', [9468, 248, 222]], ['\n', [198]], ['  ', [256]]],
    [['検', [162, 97, 250]], ['索', [52084]], ['ベ', [2845, 247]], ['ース', [61398]], [',', [11]], ['も', [32977]], ['う', [30297]], ['二', [41920]], ['度', [27479]], ['と', [19732]], ['同', [42016]], ['じ', [100204]], ['こ', [22957]], ['と', [19732]], ['は', [15682]], ['あり', [57903]], ['ま', [17129]], ['せ', [72342]], ['ん', [25827]], ['！', [6447]], ['🚀', [9468, 248, 222]], ['\n', [198]]],
  ],
  chunks: [
    'Jina AI: Your Search Foundation, Supercharged! 🚀\n  ',
    'Ihrer Suchgrundlage, aufgeladen! 🚀\n  ',
    '您的搜索底座，从此不同！🚀\n  ',
    '検索ベース,もう二度と同じことはありません！🚀\n',
  ],
};

/** An API tokenizer that counts what it is given to encode. */
async function countingTokenizer(name = 'cl100k_base') {
  const inner = await loadTokenizer(name, RANKS);
  const work = { calls: 0, characters: 0 };
  const tokenizer: SegmentTokenizer = {
    name,
    specialTokens: inner.specialTokens,
    decode: (id) => inner.decode(id),
    encode: (text) => {
      work.calls++;
      work.characters += text.length;
      return inner.encode(text);
    },
  };
  return { tokenizer, work };
}

/** Vectors that say how long a text is. */
const embedLengths: EmbedTexts = async (texts) =>
  texts.map((text) => Float32Array.of(text.length % 7, text.length % 5, 1));

describe('segmentText', () => {
  it('answers the documented request with the documented response', async () => {
    const response = await segmentText({
      content: CONTENT,
      tokenizer: 'cl100k_base',
      return_tokens: true,
      return_chunks: true,
      max_chunk_length: 1000,
    });
    expect(response).toEqual(RESPONSE);
  });

  it('only counts unless asked for more', async () => {
    expect(await segmentText({ content: CONTENT })).toEqual({
      num_tokens: 78,
      tokenizer: 'cl100k_base',
      usage: { tokens: 0 },
    });
  });

  it('gives the tokens of the whole content where there are no chunks', async () => {
    const { tokens, ...rest } = await segmentText({ content: CONTENT, return_tokens: true });
    expect(rest).toEqual({ num_tokens: 78, tokenizer: 'cl100k_base', usage: { tokens: 0 } });
    expect(tokens).toHaveLength(1);
    expect(tokens![0]!.map(([text]) => text).join('')).toBe(CONTENT);
    expect(tokens![0]!.flatMap(([, ids]) => ids)).toHaveLength(78);
  });

  it.each([
    ['o200k_base', 63],
    ['p50k_base', 106],
    ['r50k_base', 106],
    ['p50k_edit', 106],
    ['gpt2', 106],
  ])('counts with %s', async (tokenizer, count) => {
    const response = await segmentText({ content: CONTENT, tokenizer, return_tokens: true });
    expect(response).toMatchObject({ num_tokens: count, tokenizer });
  });

  it('has no chunks for content without text', async () => {
    for (const [content, count] of [
      ['', 0],
      [' \n\t', 2],
    ] as const) {
      expect(await segmentText({ content, return_chunks: true, return_tokens: true })).toEqual({
        num_tokens: count,
        tokenizer: 'cl100k_base',
        usage: { tokens: 0 },
        num_chunks: 0,
        chunk_positions: [],
        chunks: [],
        tokens: [],
      });
    }
    expect(await segmentText({ content: '', return_tokens: true })).toMatchObject({ tokens: [] });
  });

  it('counts special tokens as such and lists them apart', async () => {
    const content = 'a<|fim_middle|>b<|endoftext|>c<|endoftext|>';
    const response = await segmentText({ content, return_chunks: true, return_tokens: true });
    expect(response.num_tokens).toBe(6);
    expect(response.tokens![0]).toContainEqual(['<|endoftext|>', [100257]]);
    expect(response.special_tokens).toEqual(['<|fim_middle|>', '<|endoftext|>']);
    // This encoding has one of the two.
    const other = await segmentText({ content, tokenizer: 'gpt2' });
    expect(other.special_tokens).toEqual(['<|endoftext|>']);
  });

  it('does not list a special token that only stands for an unknown character', async () => {
    const tokenizer = fromHubTokenizer('m', {
      encode: (text) => [...text].map((character) => (character === 'a' ? 1 : 0)),
      tokenOf: (id) => ['[UNK]', 'a'][id],
      addedTokens: [{ id: 0, content: '[UNK]', special: true }],
      subwordPrefix: undefined,
      decoderTypes: new Set(),
    });
    const response = await segmentText(
      { content: 'a☃', tokenizer: 'm', return_tokens: true },
      { tokenizer: async () => tokenizer },
    );
    expect(response).toEqual({
      num_tokens: 2,
      tokenizer: 'm',
      usage: { tokens: 0 },
      tokens: [
        [
          ['a', [1]],
          ['[UNK]', [0]],
        ],
      ],
    });
  });

  it('reduces the content to the first tokens', async () => {
    const response = await segmentText({
      content: CONTENT,
      head: 5,
      return_tokens: true,
      return_chunks: true,
    });
    expect(response).toEqual({
      num_tokens: 5,
      tokenizer: 'cl100k_base',
      usage: { tokens: 0 },
      num_chunks: 1,
      chunk_positions: [[3, 10]],
      chunks: ['Jina AI'],
      tokens: [
        [
          ['J', [41]],
          ['ina', [2259]],
          [' AI', [15592]],
        ],
      ],
    });
  });

  it('reduces the content to the last tokens, with positions in the whole', async () => {
    const response = await segmentText({ content: CONTENT, tail: 28, return_chunks: true });
    expect(response.num_tokens).toBe(28);
    for (const [index, [start, end]] of response.chunk_positions!.entries()) {
      expect(CONTENT.slice(start, end)).toBe(response.chunks![index]);
    }
    expect(response.chunk_positions!.at(-1)).toEqual([110, 135]);
    expect(await segmentText({ content: CONTENT, tail: 1000 })).toMatchObject({ num_tokens: 78 });
  });

  it('holds max_chunk_length, overlap included', async () => {
    const content = 'A sentence of some words. '.repeat(100);
    for (const strategy of ['structure', 'sentence'] as const) {
      const response = await segmentText({
        content,
        strategy,
        max_chunk_length: 120,
        overlap: 30,
        return_chunks: true,
      });
      expect(response.num_chunks).toBeGreaterThan(20);
      for (const [index, chunk] of response.chunks!.entries()) {
        expect(chunk.trimEnd().length).toBeLessThanOrEqual(120);
        if (index === 0) continue;
        const repeated = response.chunk_positions![index - 1]![1] - response.chunk_positions![index]![0];
        expect(repeated).toBe(26);
      }
    }
  });

  it('counts tokens in the tokens strategy', async () => {
    const content = 'The quick brown fox jumps over the lazy dog. '.repeat(20);
    const response = await segmentText({
      content,
      strategy: 'tokens',
      max_chunk_length: 32,
      overlap: 8,
      return_chunks: true,
      return_tokens: true,
    });
    expect(response.num_chunks).toBeGreaterThan(6);
    for (const tokens of response.tokens!)
      expect(tokens.flatMap(([, ids]) => ids).length).toBeLessThanOrEqual(33);
  });

  it('asks the embedder for the semantic strategy', async () => {
    const asked: string[][] = [];
    const embed: EmbedTexts = async (texts) => {
      asked.push(texts);
      return texts.map((text) => Float32Array.of(Number(text.includes('cat')), Number(text.includes('sun'))));
    };
    const content = 'The cat sat. The cat ate. The cat slept. The sun rose. The sun shone. The sun set.';
    const response = await segmentText({ content, strategy: 'semantic', return_chunks: true }, { embed });
    expect(asked).toEqual([content.match(/[^.]+\./g)!.map((sentence) => sentence.trim())]);
    expect(response.chunks).toEqual([content.slice(0, 41), content.slice(41)]);
    // Counting needs no vectors.
    await segmentText({ content, strategy: 'semantic' }, { embed });
    expect(asked).toHaveLength(1);
  });

  it('takes the older name of the tokenizer field, and null for defaults', async () => {
    const request = { content: 'a', segmenter: 'gpt2', return_chunks: null, max_chunk_length: null };
    expect(await segmentText(request)).toEqual({ num_tokens: 1, tokenizer: 'gpt2', usage: { tokens: 0 } });
  });

  it('takes more than the hosted segmenter, up to a limit of its own', async () => {
    const content = 'word '.repeat(20_000);
    expect(content.length).toBeGreaterThan(LIMITS.segment.characters);
    expect((await segmentText({ content })).num_tokens).toBe(20_001);
    await expect(segmentText({ content }, { maxCharacters: 99_999 })).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      param: 'content',
      message: expect.stringContaining('99999'),
    });
  });

  it('encodes a megabyte once to count it, and once more in chunks', async () => {
    const prose =
      '# Title\n\nSome text of several words. And more of it!\n\n- item\n\n日本語の文章です。\n'.repeat(
        14_000,
      );
    const content = prose.slice(0, 1_000_000);
    const { tokenizer, work } = await countingTokenizer();
    const response = await segmentText(
      { content, return_chunks: true, return_tokens: true },
      { tokenizer: async () => tokenizer },
    );
    expect(response.chunks!.join('')).toBe(content);
    expect(work.characters).toBeLessThan(2.1 * content.length);
    const letters = await segmentText({ content: 'x'.repeat(1_000_000), return_chunks: true });
    expect(letters.num_tokens).toBe(125_000);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no content', { content: undefined }, 'content'],
    ['content that is no string', { content: 5 }, 'content'],
    ['an unknown tokenizer', { tokenizer: 'cl200k' }, 'tokenizer'],
    ['an empty tokenizer', { tokenizer: '' }, 'tokenizer'],
    ['a flag that is no flag', { return_chunks: 'yes' }, 'return_chunks'],
    ['a length of nothing', { max_chunk_length: 0 }, 'max_chunk_length'],
    ['a broken length', { max_chunk_length: 10.5 }, 'max_chunk_length'],
    ['NaN', { head: Number.NaN }, 'head'],
    ['a negative count', { tail: -1 }, 'tail'],
    ['an unknown strategy', { strategy: 'magic' }, 'strategy'],
  ])('refuses %s', async (_, fields, param) => {
    const request = { content: 'a', ...fields } as { content: string };
    await expect(segmentText(request)).rejects.toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param });
    // The rest of the request is checked where the content is beyond the hosted limit as well.
    if (fields.content === undefined && !('content' in fields)) {
      const long = { ...request, content: 'a '.repeat(40_000) };
      await expect(segmentText(long)).rejects.toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param });
    }
  });

  it('refuses head with tail, and an overlap that leaves no room', async () => {
    await expect(segmentText({ content: 'a', head: 1, tail: 1 })).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
    });
    await expect(segmentText({ content: 'a', max_chunk_length: 5, overlap: 5 })).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
    });
  });

  it('refuses the semantic strategy without an embedder', async () => {
    await expect(segmentText({ content: 'a', strategy: 'semantic' })).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      param: 'strategy',
    });
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort();
    await expect(segmentText({ content: 'a' }, { signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

const STRATEGIES = ['structure', 'sentence', 'tokens', 'semantic'] as const;

describe('overlap', () => {
  const words = 'a '.repeat(60_000);
  const written = async (request: object): Promise<number> => {
    const { chunk_positions: positions } = await segmentText(
      { content: words, strategy: 'tokens', return_chunks: true, ...request },
      { embed: embedLengths },
    );
    return positions!.reduce((sum, [start, end]) => sum + end - start, 0);
  };

  it('of nine tenths of the tokens is accepted, one of more is refused for a long text', async () => {
    expect(await written({ max_chunk_length: 100, overlap: 90 })).toBeLessThanOrEqual(10 * words.length);
    await expect(written({ max_chunk_length: 100, overlap: 91 })).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      param: 'overlap',
      message: expect.stringMatching(/91 of 100 tokens .* 10 times.* at most 50/),
    });
    // What this writes is bounded, whatever is repeated.
    expect(
      await written({ content: 'a '.repeat(400), max_chunk_length: 100, overlap: 99 }),
    ).toBeLessThanOrEqual(LIMITS.segment.leastMaxOutput);
  });

  it('that writes a text two thousand times is refused after little work', async () => {
    const { tokenizer, work } = await countingTokenizer();
    const content = 'word '.repeat(12_800);
    await expect(
      segmentText(
        { content, strategy: 'tokens', max_chunk_length: 8000, overlap: 7999, return_chunks: true },
        { tokenizer: async () => tokenizer },
      ),
    ).rejects.toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'overlap' });
    expect(work.characters).toBeLessThan(200 * content.length);
  });

  it.each(['structure', 'sentence', 'semantic'])(
    'of strategy %s at most doubles a text',
    async (strategy) => {
      const content = 'One sentence. Another one is here!\nA line\n'.repeat(50);
      for (const [max_chunk_length, overlap] of [
        [1000, 999],
        [1000, 500],
        [60, 59],
        [60, 20],
      ]) {
        const most = await written({ content, strategy, max_chunk_length, overlap });
        expect(most).toBeLessThanOrEqual(2 * content.length);
      }
    },
  );

  it('of half of the tokens is never refused', async () => {
    for (const content of ['👩\u200d'.repeat(30_000), 'x'.repeat(120_000), '东京 and more. '.repeat(9000)]) {
      const most = await written({ content, max_chunk_length: 200, overlap: 100 });
      expect(most).toBeLessThanOrEqual(10 * content.length);
    }
  });
});

describe('long contents', () => {
  const content = 'One sentence of some words is here, and another follows it. '.repeat(10_000);

  /** Messages that were let in while `run` was at work. */
  async function messagesDuring(run: () => Promise<unknown>): Promise<number> {
    let messages = 0;
    let going = true;
    const next = (): void => {
      messages++;
      if (going) setImmediate(next);
    };
    setImmediate(next);
    await run();
    going = false;
    return messages;
  }

  it.each(STRATEGIES)('let messages in: strategy %s', async (strategy) => {
    const run = () =>
      segmentText({ content, strategy, return_chunks: true, overlap: 100 }, { embed: embedLengths });
    expect(await messagesDuring(run)).toBeGreaterThan(12);
  });

  it.each<[string, string]>([
    ['without a sentence', 'word '.repeat(120_000)],
    ['without a space', 'x'.repeat(300_000)],
    ['in Chinese', '这是一个很长的句子，后面还有。'.repeat(40_000)],
    ['of short lines', 'line\n'.repeat(120_000)],
  ])('let messages in: a text %s', async (_, text) => {
    expect(await messagesDuring(() => segmentText({ content: text, return_chunks: true }))).toBeGreaterThan(
      4,
    );
  });

  it('let messages in while tokens are counted, listed and cut', async () => {
    for (const fields of [{}, { return_tokens: true }, { head: 120_000 }, { tail: 120_000 }]) {
      expect(await messagesDuring(() => segmentText({ content, ...fields }))).toBeGreaterThan(6);
    }
  });

  it.each(STRATEGIES)('are left alone after an abort: strategy %s', async (strategy) => {
    const { tokenizer, work } = await countingTokenizer();
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const call = segmentText(
      { content, strategy, return_chunks: true, return_tokens: true },
      { tokenizer: async () => tokenizer, embed: embedLengths, signal: controller.signal },
    );
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(work.characters).toBeLessThan(content.length / 2);
  });

  it('have the tokens that they have in one piece', async () => {
    const texts = [
      content.slice(0, 100_000),
      `${'Ünïcode wörds, naïve! '.repeat(900)}\n\n${'东京是日本的首都，人口很多。'.repeat(2000)}`,
      'one\ntwo\n\nthree. Four\r\nfünf\n'.repeat(4000),
      `${"it's I'll 12345 a,b  c   d\n\n e\t".repeat(3000)}<|endoftext|> x`,
    ];
    for (const name of ['cl100k_base', 'o200k_base', 'gpt2', 'p50k_base']) {
      const tokenizer = await loadTokenizer(name, RANKS);
      for (const text of texts) {
        const { tokens } = await segmentText({ content: text, tokenizer: name, return_tokens: true });
        expect(tokens!.flat().flatMap(([, ids]) => ids)).toEqual(tokenizer.encode(text));
      }
    }
  });

  it('are encoded whole by a tokenizer that does not divide at spaces', async () => {
    const asked: number[] = [];
    const tokenizer: SegmentTokenizer = {
      name: 'whole',
      specialTokens: new Map(),
      decode: (id) => String(id),
      // Each text begins with a token of its own.
      encode: (text) => {
        asked.push(text.length);
        return [0, ...Array.from({ length: Math.ceil(text.length / 4) }, () => 1)];
      },
    };
    const answer = await segmentText({ content, tokenizer: 'whole' }, { tokenizer: async () => tokenizer });
    expect(answer.num_tokens).toBe(1 + content.length / 4);
    expect(asked).toContain(content.length);
  });
});

/** A text with U+FFFD for its lone surrogates. */
const wellFormed = (text: string): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));

describe('any text, with any options', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.constantFrom(
      '\ud800',
      '\udc00',
      '\n',
      '    ',
      '\t',
      '. ',
      '? ',
      '!" and ',
      '3. ',
      '`',
      '```\n',
      '- ',
      '👩\u200d',
    ),
    fc.constantFrom(
      '(a! ',
      'Dr. ',
      '。',
      '「',
      '」',
      '…',
      '\r\n',
      '\u2028',
      '\ufeff',
      '<p>',
      '|',
      '1. ',
      'http://a.b?c ',
    ),
  );
  const options = fc.record({
    max_chunk_length: fc.integer({ min: 1, max: 120 }),
    share: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    strategy: fc.constantFrom(...STRATEGIES),
    reduced: fc.constantFrom('head', 'tail', 'none', 'none'),
    count: fc.integer({ min: 1, max: 60 }),
    return_tokens: fc.boolean(),
  });

  test('is given back by its chunks and tokens, or refused with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), options, async (pieces, option) => {
        const { max_chunk_length, strategy, return_tokens, reduced } = option;
        const content = pieces.join('');
        const overlap = Math.floor(option.share * max_chunk_length);
        const response = await segmentText(
          {
            content,
            max_chunk_length,
            overlap,
            strategy,
            return_tokens,
            return_chunks: true,
            ...(reduced === 'none' ? {} : { [reduced]: option.count }),
          },
          { embed: embedLengths },
        );
        const { chunks = [], chunk_positions: positions = [], tokens } = response;
        expect(positions.map(([start, end]) => content.slice(start, end))).toEqual(chunks);
        let covered: number | undefined;
        for (const [start, end] of positions) {
          if (covered !== undefined && overlap === 0) expect(start).toBe(covered);
          expect(start).toBeLessThanOrEqual(covered ?? start);
          expect(end).toBeGreaterThan(covered ?? start);
          covered = end;
        }
        if (reduced === 'none') {
          expect(content.slice(0, positions[0]?.[0]).trim()).toBe('');
          if (content.trim() !== '') expect(covered).toBe(content.length);
        }
        tokens?.forEach((list, index) => {
          expect(list.map(([text]) => text).join('')).toBe(wellFormed(chunks[index]!));
        });
      }),
      { numRuns: 2500 },
    );
  }, 120_000);
});
