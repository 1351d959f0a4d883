import { LIMITS, type SearchFoundation, type SegmentRequest, TOKENIZERS } from '@nearfield/spec';
import { describe, expect } from 'vitest';
import { expectInvalid, type Subject, unchecked } from '../subject.ts';

/** The documented example's content. */
const EXAMPLE =
  '\n  Jina AI: Your Search Foundation, Supercharged! 🚀\n  Ihrer Suchgrundlage, aufgeladen! 🚀\n  您的搜索底座，从此不同！🚀\n  検索ベース,もう二度と同じことはありません！🚀\n';

const DOCUMENT = `# A heading

First paragraph. It has two sentences.

- one
- two

\`\`\`ts
const x = 1;
\`\`\`

| a | b |
| - | - |
| 1 | 2 |

Last paragraph 🚀 with 日本語。二つ目の文。
`;

const CONTENTS: Record<string, string> = {
  'the documented example': EXAMPLE,
  markdown: DOCUMENT.repeat(5),
  'one long word': 'a'.repeat(5000),
  'joined emoji': '👩‍👩‍👧‍👦'.repeat(300),
  'combining marks': `e${'\u0301'.repeat(3000)}`,
  'lone surrogates': 'a\ud800b\udc00 '.repeat(200),
  'white space': ' \n\t'.repeat(500),
  'Windows line ends': 'line\r\n'.repeat(400),
};

/** `segment.jina.ai`. */
export function segmentCases(subject: Subject): void {
  const { minilm, v5 } = subject.models;
  const test = (name: string, run: (foundation: SearchFoundation) => Promise<void>): void =>
    subject.case('segment', name, run);

  describe('segment', () => {
    test('the documented example, exactly', async (foundation) => {
      const answer = await foundation.segment({
        content: EXAMPLE,
        tokenizer: 'cl100k_base',
        return_tokens: true,
        return_chunks: true,
        max_chunk_length: 1000,
      });
      expect(answer).toMatchObject({
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
      });
      expect(answer.tokens!.map((chunk) => chunk.length)).toEqual([15, 15, 14, 22]);
      expect(answer.tokens![0]!.slice(0, 3)).toEqual([
        ['J', [41]],
        ['ina', [2259]],
        [' AI', [15592]],
      ]);
      expect(answer.tokens![0]!.slice(-4)).toEqual([
        [' ', [11410]],
        ['🚀', [248, 222]],
        ['\n', [198]],
        ['  ', [256]],
      ]);
      expect(answer.chunks).toEqual([
        'Jina AI: Your Search Foundation, Supercharged! 🚀\n  ',
        'Ihrer Suchgrundlage, aufgeladen! 🚀\n  ',
        '您的搜索底座，从此不同！🚀\n  ',
        '検索ベース,もう二度と同じことはありません！🚀\n',
      ]);
    });

    test('counts only, unless asked for more', async (foundation) => {
      expect(await foundation.segment({ content: EXAMPLE })).toEqual({
        num_tokens: 78,
        tokenizer: 'cl100k_base',
        usage: { tokens: 0 },
      });
    });

    test('an empty text has no tokens and no chunks', async (foundation) => {
      const answer = await foundation.segment({ content: '', return_chunks: true, return_tokens: true });
      expect(answer).toMatchObject({ num_tokens: 0, num_chunks: 0, chunk_positions: [], chunks: [] });
    });

    const counts: Record<(typeof TOKENIZERS)[number], number[]> = {
      cl100k_base: [15339, 1917],
      o200k_base: [24912, 2375],
      p50k_base: [31373, 995],
      r50k_base: [31373, 995],
      p50k_edit: [31373, 995],
      gpt2: [31373, 995],
    };
    for (const tokenizer of TOKENIZERS) {
      test(`${tokenizer} has its published ids`, async (foundation) => {
        const answer = await foundation.segment({ content: 'hello world', tokenizer, return_tokens: true });
        expect(answer).toMatchObject({ num_tokens: 2, tokenizer });
        expect(answer.tokens!.flat().flatMap(([, ids]) => ids)).toEqual(counts[tokenizer]);
      });
    }

    test('a model’s own tokenizer', async (foundation) => {
      const answer = await foundation.segment({
        content: 'hello world',
        tokenizer: minilm,
        return_tokens: true,
      });
      expect(answer).toMatchObject({ num_tokens: 2, tokenizer: minilm });
      const own = await foundation.segment({ content: 'hello world', tokenizer: v5.id });
      expect(own.num_tokens).toBe(v5.tokenizer.bare('hello world').length);
    });

    test('null options are the defaults', async (foundation) => {
      const nulls = {
        tokenizer: null,
        return_tokens: null,
        return_chunks: null,
        max_chunk_length: null,
        head: null,
        tail: null,
        strategy: null,
        overlap: null,
        model: null,
      };
      expect(await foundation.segment({ content: EXAMPLE, ...nulls })).toEqual(
        await foundation.segment({ content: EXAMPLE }),
      );
    });

    test('segmenter is the older name of tokenizer', async (foundation) => {
      const older = unchecked<SegmentRequest>({ content: 'a', segmenter: 'gpt2' });
      expect((await foundation.segment(older)).tokenizer).toBe('gpt2');
    });

    test('special tokens are told apart', async (foundation) => {
      const answer = await foundation.segment({ content: 'one<|endoftext|>two', return_tokens: true });
      expect(answer.special_tokens).toEqual(['<|endoftext|>']);
      expect(answer.tokens!.flat()).toContainEqual(['<|endoftext|>', [100257]]);
      expect(await foundation.segment({ content: 'none' })).not.toHaveProperty('special_tokens');
    });

    for (const [name, content] of Object.entries(CONTENTS)) {
      test(`positions give the text back: ${name}`, async (foundation) => {
        for (const max_chunk_length of [1, 7, 100, 1000]) {
          const answer = await foundation.segment({ content, return_chunks: true, max_chunk_length });
          const { chunks = [], chunk_positions: positions = [] } = answer;
          expect(answer.num_chunks).toBe(chunks.length);
          expect(positions.map(([start, end]) => content.slice(start, end))).toEqual(chunks);
          positions.forEach(([start, end], index) => {
            expect(end).toBeGreaterThan(start);
            if (index > 0) expect(start).toBe(positions[index - 1]![1]);
          });
          if (content.trim() === '') {
            expect(chunks).toEqual([]);
            continue;
          }
          expect(content.slice(0, positions[0]![0]).trim()).toBe('');
          expect(positions.at(-1)![1]).toBe(content.length);
        }
      });
    }

    test('chunks are no longer than asked, white space aside', async (foundation) => {
      const { chunks } = await foundation.segment({
        content: CONTENTS.markdown!,
        return_chunks: true,
        max_chunk_length: 50,
      });
      for (const chunk of chunks!) expect(chunk.trimEnd().length).toBeLessThanOrEqual(50);
    });

    test('tokens of the whole content where there are no chunks', async (foundation) => {
      const { tokens, num_tokens } = await foundation.segment({ content: EXAMPLE, return_tokens: true });
      expect(tokens).toHaveLength(1);
      expect(tokens![0]!.flatMap(([, ids]) => ids)).toHaveLength(num_tokens);
      expect(tokens![0]!.map(([text]) => text).join('')).toBe(EXAMPLE);
    });

    test('head and tail', async (foundation) => {
      const content = 'one two three four five six';
      const head = await foundation.segment({ content, head: 2, return_chunks: true });
      expect(head).toMatchObject({ num_tokens: 2, chunks: ['one two'] });
      const tail = await foundation.segment({ content, tail: 2, return_chunks: true });
      expect(tail.num_tokens).toBe(2);
      expect(tail.chunks!.join('').trim()).toBe('five six');
      const [[start, end]] = tail.chunk_positions! as [[number, number]];
      expect(content.slice(start, end)).toBe(tail.chunks![0]);
      const more = await foundation.segment({ content, head: 1000, return_chunks: true });
      expect(more).toEqual(await foundation.segment({ content, return_chunks: true }));
    });

    for (const strategy of ['structure', 'sentence', 'tokens'] as const) {
      test(`strategy ${strategy} covers the content`, async (foundation) => {
        const { chunk_positions: positions } = await foundation.segment({
          content: DOCUMENT,
          strategy,
          return_chunks: true,
          max_chunk_length: 40,
        });
        expect(positions!.length).toBeGreaterThan(1);
        expect(positions!.at(-1)![1]).toBe(DOCUMENT.length);
        positions!.slice(1).forEach(([start], index) => {
          expect(start).toBe(positions![index]![1]);
        });
      });
    }

    test('strategy tokens counts tokens', async (foundation) => {
      const { tokens } = await foundation.segment({
        content: 'one two three four five six seven eight',
        strategy: 'tokens',
        return_chunks: true,
        return_tokens: true,
        max_chunk_length: 3,
      });
      // White space up to the next chunk is carried along, not counted.
      const counts = tokens!.map((chunk) => chunk.filter(([text]) => text.trim() !== '').length);
      expect(counts).toEqual([3, 3, 2]);
    });

    test('strategy semantic breaks where the topic changes', async (foundation) => {
      const cats =
        'The cat sleeps on the sofa. Kittens like to play with wool. A cat purrs when it is happy.';
      const tax = 'Income tax is due in April. The tax office charges interest. File your tax return early.';
      const { chunks } = await foundation.segment({
        content: `${cats} ${tax}`,
        strategy: 'semantic',
        model: minilm,
        return_chunks: true,
      });
      expect(chunks!.length).toBeGreaterThan(1);
      expect(chunks!.some((chunk) => chunk.trimStart().startsWith('Income tax'))).toBe(true);
    });

    test('overlap repeats the end of the chunk before', async (foundation) => {
      const content = 'One two three. Four five six. Seven eight nine. Ten eleven twelve. '.repeat(4);
      const { chunk_positions: positions } = await foundation.segment({
        content,
        strategy: 'sentence',
        return_chunks: true,
        max_chunk_length: 60,
        overlap: 20,
      });
      const repeats = positions!.slice(1).map(([start], index) => positions![index]![1] - start);
      expect(Math.max(...repeats)).toBeGreaterThan(0);
      expect(Math.max(...repeats)).toBeLessThanOrEqual(20);
    });

    test(`${LIMITS.segment.characters} characters`, async (foundation) => {
      const content = 'word '.repeat(LIMITS.segment.characters / 5);
      const answer = await foundation.segment({ content, return_chunks: true });
      expect(answer.num_tokens).toBeGreaterThan(10_000);
      expect(answer.chunk_positions!.at(-1)![1]).toBe(content.length);
    });

    const refused: [string, object, string | RegExp][] = [
      ['no content', { content: undefined }, 'content'],
      ['content that is a list', { content: ['a'] }, 'content'],
      ['an unknown tokenizer', { tokenizer: 'cl200k_base' }, 'tokenizer'],
      ['an empty tokenizer', { tokenizer: '' }, 'tokenizer'],
      ['head and tail together', { head: 1, tail: 1 }, /body|head|tail/],
      ['head 0', { head: 0 }, 'head'],
      ['tail -1', { tail: -1 }, 'tail'],
      ['head 1.5', { head: 1.5 }, 'head'],
      ['max_chunk_length 0', { max_chunk_length: 0 }, 'max_chunk_length'],
      ['an unknown strategy', { strategy: 'paragraph' }, 'strategy'],
      ['overlap as long as the chunks', { max_chunk_length: 10, overlap: 10 }, /body|overlap/],
      ['a negative overlap', { overlap: -1 }, 'overlap'],
      ['a model without the semantic strategy', { model: minilm }, /body|model/],
      ['return_chunks that is a string', { return_chunks: 'yes' }, 'return_chunks'],
      ['an unknown field', { frobnicate: 1 }, 'frobnicate'],
    ];
    for (const [name, fields, param] of refused) {
      test(`${name} is refused`, (foundation) =>
        expectInvalid(foundation.segment(unchecked<SegmentRequest>({ content: 'a', ...fields })), param));
    }
  });
}
