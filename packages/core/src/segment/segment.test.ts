import { LIMITS } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { segmentText } from './segment.ts';
import type { EmbedTexts } from './strategies.ts';
import { fromHubTokenizer } from './tokenizers.ts';

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

  it('is fast with a megabyte of text and of one letter', async () => {
    const prose =
      '# Title\n\nSome text of several words. And more of it!\n\n- item\n\n日本語の文章です。\n'.repeat(
        14_000,
      );
    const started = performance.now();
    const response = await segmentText({ content: prose.slice(0, 1_000_000), return_chunks: true });
    const letters = await segmentText({ content: 'x'.repeat(1_000_000), return_chunks: true });
    expect(performance.now() - started).toBeLessThan(5000);
    expect(response.chunks!.join('')).toBe(prose.slice(0, 1_000_000));
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
