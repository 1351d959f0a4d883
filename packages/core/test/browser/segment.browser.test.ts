import { TOKENIZERS } from '@nearfield/spec';
import { expect, it } from 'vitest';
import { RANKS } from '../../src/segment/ranks.ts';
import { segmentText as segment } from '../../src/segment/segment.ts';
import { loadTokenizer } from '../../src/segment/tokenizers.ts';

const segmentText = (
  request: Parameters<typeof segment>[0],
  dependencies: Partial<Parameters<typeof segment>[1]> = {},
): ReturnType<typeof segment> =>
  segment(request, { tokenizer: (name) => loadTokenizer(name, RANKS), ...dependencies });

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

it('lets messages in while it works on a long text, an abort among them', async () => {
  const content = 'One sentence of some words is here, and another follows. '.repeat(6000);
  const { port1, port2 } = new MessageChannel();
  let messages = 0;
  let going = true;
  port1.onmessage = () => {
    messages++;
    if (going) port2.postMessage(null);
  };
  port2.postMessage(null);
  const answer = await segmentText({ content, return_chunks: true });
  going = false;
  expect(answer.chunks!.join('')).toBe(content);
  expect(messages).toBeGreaterThan(4);

  const controller = new AbortController();
  port1.onmessage = () => controller.abort();
  port2.postMessage(null);
  await expect(segmentText({ content }, { signal: controller.signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  port1.close();
});
