import { TOKENIZERS } from '@nearfield/spec';
import { expect, it } from 'vitest';
import { segmentText } from '../../src/segment/segment.ts';

const CONTENT =
  '\n  Jina AI: Your Search Foundation, Supercharged! 🚀\n  Ihrer Suchgrundlage, aufgeladen! 🚀\n  您的搜索底座，从此不同！🚀\n  検索ベース,もう二度と同じことはありません！🚀\n';

it('gives the documented chunks and counts in a browser', async () => {
  const response = await segmentText({ content: CONTENT, return_chunks: true, return_tokens: true });
  expect(response).toMatchObject({
    num_tokens: 78,
    chunk_positions: [
      [3, 55],
      [55, 93],
      [93, 110],
      [110, 135],
    ],
  });
  expect(response.tokens![0]!.slice(-4, -2)).toEqual([
    [' ', [11410]],
    ['🚀', [248, 222]],
  ]);
});

it.each(TOKENIZERS)('loads %s', async (tokenizer) => {
  const { num_tokens, special_tokens } = await segmentText({ content: 'a b<|endoftext|>', tokenizer });
  expect({ num_tokens, special_tokens }).toEqual({ num_tokens: 3, special_tokens: ['<|endoftext|>'] });
});

it('divides a megabyte of one line in a browser as fast as elsewhere', async () => {
  const content = 'A sentence of several words, and a 词。 '.repeat(28_000).slice(0, 1_000_000);
  const response = await segmentText({ content, return_chunks: true });
  expect(response.chunks!.join('')).toBe(content);
});
