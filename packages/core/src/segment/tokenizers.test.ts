import { TOKENIZERS } from '@nearfield/spec';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { HubTokenizer } from '../text/hub-tokenizer.ts';
import { RANKS } from './ranks.ts';
import { fromHubTokenizer, loadTokenizer } from './tokenizers.ts';

/** The library's own encoder, which is right but quadratic. */
const referenceFor = async (name: string): Promise<(text: string) => number[]> => {
  const modules: Record<string, () => Promise<{ encode(text: string): number[] }>> = {
    cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
    o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
    p50k_base: () => import('gpt-tokenizer/encoding/p50k_base'),
    p50k_edit: () => import('gpt-tokenizer/encoding/p50k_edit'),
    r50k_base: () => import('gpt-tokenizer/encoding/r50k_base'),
    gpt2: () => import('gpt-tokenizer/encoding/gpt2'),
  };
  const { encode } = await modules[name]!();
  return (text) => encode(text);
};

const decodeAll = (tokenizer: Awaited<ReturnType<typeof loadTokenizer>>, ids: readonly number[]): string => {
  const bytes = ids.flatMap((id) => {
    const decoded = tokenizer.decode(id);
    return typeof decoded === 'string' ? [...new TextEncoder().encode(decoded)] : [...decoded];
  });
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
};

describe.each(TOKENIZERS)('%s', (name) => {
  it('encodes as the library it takes its ranks from, long words included', async () => {
    const tokenizer = await loadTokenizer(name, RANKS);
    const reference = await referenceFor(name);
    const texts = [
      "The quick brown fox, who lives at 42 Foo Street, didn't jump. I'LL see.\n\n  x\ty ",
      '您的搜索底座，从此不同！検索ベース 안녕하세요 שלום مرحبا हिन्दी',
      '🚀👩‍👩‍👧🇩🇪 e\u0301 \u00ad\0',
      'x'.repeat(300),
      'abcABC'.repeat(60),
      ' '.repeat(200) + '\n'.repeat(100),
      'é'.repeat(70),
      '!?#'.repeat(80),
      'aAbBcC'.repeat(11) + 'z'.repeat(63),
      '',
    ];
    for (const text of texts) expect(tokenizer.encode(text)).toEqual(reference(text));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (any) => {
        const text = any.replaceAll('\ufeff', '');
        expect(tokenizer.encode(text)).toEqual(reference(text));
      }),
    );
  });

  it('encodes a byte order mark as tiktoken does', async () => {
    // The library drops the mark when it looks for merges.
    const expected: Record<string, number[]> = { cl100k_base: [3305], o200k_base: [5574] };
    expect((await loadTokenizer(name, RANKS)).encode('\ufeff')).toEqual(expected[name] ?? [171, 119, 123]);
  });

  test('decodes what it encodes', async () => {
    const tokenizer = await loadTokenizer(name, RANKS);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), (text) => {
        expect(decodeAll(tokenizer, tokenizer.encode(text))).toBe(text);
      }),
    );
  });

  it('knows its special tokens', async () => {
    const tokenizer = await loadTokenizer(name, RANKS);
    const id = tokenizer.specialTokens.get('<|endoftext|>')!;
    expect(id).toBe({ cl100k_base: 100257, o200k_base: 199999 }[name as string] ?? 50256);
    const plain = tokenizer.encode('a');
    expect(tokenizer.encode('a<|endoftext|>a<|endoftext|>')).toEqual([...plain, id, ...plain, id]);
    expect(tokenizer.decode(id)).toBe('<|endoftext|>');
    expect(tokenizer.encode('<|endoftext|')).not.toContain(id);
  });

  it('encodes a lone surrogate as the replacement character', async () => {
    const tokenizer = await loadTokenizer(name, RANKS);
    expect(tokenizer.encode('a\ud83db')).toEqual(tokenizer.encode('a\ufffdb'));
  });
});

describe('long words', () => {
  // A quadratic encoder takes minutes for each of these and would run into the test's time limit.
  it.each(['x', '#', ' ', '\n', '🚀', '\u0301', '东', 'ab'])(
    'are encoded in linear time: %j',
    async (unit) => {
      const tokenizer = await loadTokenizer('cl100k_base', RANKS);
      const text = unit.repeat(400_000 / unit.length);
      expect(decodeAll(tokenizer, tokenizer.encode(text.slice(0, 1000)))).toBe(text.slice(0, 1000));
      expect(tokenizer.encode(text).length).toBeGreaterThan(1000);
    },
  );
});

describe('loadTokenizer', () => {
  it('loads each once', () => {
    expect(loadTokenizer('gpt2', RANKS)).toBe(loadTokenizer('gpt2', RANKS));
  });

  it('refuses other names and says which there are', async () => {
    await expect(loadTokenizer('cl100k', RANKS)).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      param: 'tokenizer',
      message: expect.stringContaining('cl100k_base, o200k_base'),
    });
  });
});

const added = (id: number, content: string) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

describe('fromHubTokenizer', () => {
  it('takes WordPiece', () => {
    const tokenizer = fromHubTokenizer(
      'bert',
      new HubTokenizer(
        {
          version: '1.0',
          added_tokens: [added(0, '[UNK]'), added(1, '[CLS]'), added(2, '[SEP]')],
          normalizer: {
            type: 'BertNormalizer',
            clean_text: true,
            handle_chinese_chars: true,
            strip_accents: null,
            lowercase: true,
          },
          pre_tokenizer: { type: 'BertPreTokenizer' },
          post_processor: { type: 'BertProcessing', sep: ['[SEP]', 2], cls: ['[CLS]', 1] },
          decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
          model: {
            type: 'WordPiece',
            unk_token: '[UNK]',
            continuing_subword_prefix: '##',
            max_input_chars_per_word: 100,
            vocab: { '[UNK]': 0, '[CLS]': 1, '[SEP]': 2, search: 3, '##ing': 4, '!': 5 },
          },
        },
        { unk_token: '[UNK]' },
      ),
    );
    expect(tokenizer.encode('Searching!')).toEqual([3, 4, 5]);
    expect([3, 4, 5].map((id) => tokenizer.decode(id))).toEqual(['search', 'ing', '!']);
    expect(tokenizer.encode('search[SEP]search')).toEqual([3, 2, 3]);
    expect(tokenizer.encode('')).toEqual([]);
    expect([...tokenizer.specialTokens]).toEqual([
      ['[UNK]', 0],
      ['[CLS]', 1],
      ['[SEP]', 2],
    ]);
  });

  it('takes byte-level BPE and gives the bytes of partial characters', () => {
    const tokenizer = fromHubTokenizer(
      'qwen',
      new HubTokenizer(
        {
          version: '1.0',
          added_tokens: [added(9, '<|im_end|>')],
          normalizer: null,
          pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
          post_processor: null,
          decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true },
          model: {
            type: 'BPE',
            vocab: { ð: 0, Ł: 1, ļ: 2, Ģ: 3, a: 4, Ġ: 5, Ġa: 6, ðŁ: 7 },
            merges: ['Ġ a', 'ð Ł'],
          },
        },
        {},
      ),
    );
    expect(tokenizer.encode('a a<|im_end|>')).toEqual([4, 6, 9]);
    expect(tokenizer.decode(6)).toBe(' a');
    expect(tokenizer.decode(9)).toBe('<|im_end|>');
    // The rocket: F0 9F | 9A | 80, of which 9A is not in this vocabulary.
    expect(tokenizer.decode(7)).toEqual(Uint8Array.of(0xf0, 0x9f));
    expect(tokenizer.decode(3)).toEqual(Uint8Array.of(0x80));
  });

  it('takes vocabularies with "▁" for spaces and byte tokens', () => {
    const tokenizer = fromHubTokenizer('xlm', {
      encode: () => [0, 1],
      tokenOf: (id) => ['▁word', '<0xF0>', '<0x41>'][id],
      addedTokens: [],
      subwordPrefix: undefined,
      decoderTypes: new Set(['Metaspace']),
    });
    expect(tokenizer.decode(0)).toBe(' word');
    expect(tokenizer.decode(1)).toEqual(Uint8Array.of(0xf0));
    expect(tokenizer.decode(2)).toBe('A');
  });
});
