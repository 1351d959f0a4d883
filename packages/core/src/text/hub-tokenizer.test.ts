import { llamaBpe, qwenBpe, robertaBpe, wordPiece, xlmRoberta } from '@nearfield/model-tiny';
import { describe, expect, it } from 'vitest';
import {
  againstRust,
  compare,
  FAMILIES,
  openFile,
  randomFrom,
  randomTexts,
} from '../../test/tokenizer-sweep.ts';
import { type HubTokenizer, readTokenizer } from './hub-tokenizer.ts';

const minilm = openFile(FAMILIES['all-MiniLM-L6-v2']!());

describe('BERT', () => {
  it.each([
    ['a\u{20000}b', [1037, 100, 1038]],
    ['a\u3400b', [1037, 100, 1038]],
    ['a\uf900b', [1037, 100, 1038]],
    ['a\u{2a700}b', [1037, 100, 1038]],
    ['a\u{2b740}b', [1037, 100, 1038]],
    ['a\u{2ceaf}b', [1037, 100, 1038]],
    ['a\u{2f800}b', [1037, 100, 1038]],
    // No ideographs: private characters are removed, others are part of the word.
    ['a\u{100000}b', [11113]],
    ['a\u{10ffff}b', [100]],
    ['a\u{1d400}b', [100]],
    // A lone half of a character is removed like U+FFFD.
    ['a\ud840b', [11113]],
  ])('sets ideographs of all planes apart: %j', (text, ids) => {
    expect(minilm.encode(text)).toEqual(ids);
  });
});

const FAMILIES_HERE = Object.entries(FAMILIES).map(([name, json]) => [name, openFile(json())] as const);

/** What tokenisers join or treat apart across a place where a text might be cut. */
const UNITS = [
  ...[
    'a',
    'the ',
    'search',
    'ing',
    ' ',
    '\n',
    '  ',
    '\n\n',
    '\t',
    '.',
    ',',
    '!',
    '中',
    '文',
    '。',
    '、',
    'か',
    'ｶﾞ',
  ],
  ...[
    '한',
    'é',
    'e\u0301',
    '\u0301',
    '\u0308',
    '\u200d',
    '👩‍👩‍👧',
    '🇩🇪',
    '👍🏽',
    '\u00ad',
    '\0',
    '\u0085',
    '\ufeff',
  ],
  ...[
    '[MASK]',
    '<mask>',
    '<|im_end|>',
    '<|im_',
    '[UNK]',
    "'s",
    "'re",
    "'",
    '123',
    'Ⅷ',
    'ﷺ',
    'ΑΣ',
    'ไทย',
    'हिन्दी',
  ],
  ...['x', 'X', '=', '-', '_', '☃', '\u3000', '\u0600', '\u1160', 'ㄱ', 'ㅏ', '\u1112', '\ud83d'],
];

/** A long text of a few units, repeated at will: runs, chains and words without end. */
function adversarial(random: () => number): string {
  const any = (): string => UNITS[Math.floor(random() * UNITS.length)]!;
  const few = Array.from({ length: 1 + Math.floor(random() * 4) }, any);
  const repeats = random() < 0.5;
  const length = 2000 + random() * 10_000;
  let text = '';
  while (text.length < length) {
    const unit = few[Math.floor(random() * few.length)]!;
    text += repeats ? unit.repeat(1 + Math.floor(random() ** 4 * 2500)) : unit;
  }
  return text;
}

describe('the start of a text', () => {
  it.each(FAMILIES_HERE)('%s: has the tokens of the whole', (_, tokenizer) => {
    const random = randomFrom(11);
    for (let times = 0; times < 25; times++) {
      const text = adversarial(random);
      const all = tokenizer.encode(text);
      expect([...tokenizer.parts(text)].flat()).toEqual(all);
      for (const count of [0, 1, 7, 300, 900]) {
        expect(tokenizer.start(text, count)).toEqual({
          ids: all.slice(0, count),
          isWhole: all.length <= count,
        });
      }
    }
  });

  it.each(FAMILIES_HERE)('%s: knows whether white space follows or a word', (_, tokenizer) => {
    const ids = tokenizer.encode('search search');
    expect(tokenizer.start('search search', ids.length)).toEqual({ ids, isWhole: true });
    expect(tokenizer.start('search search!', ids.length).isWhole).toBe(false);
  });

  it.each([
    ['words', 'Follow the white rabbit, then search. '],
    ['one word', 'abcdefgh'],
    ['ideographs without a stop', '今天天气很好我们去公园'],
    ['lines', 'line\n'],
    ['dashes', '='],
    ['spaces', ' '],
  ])('of %s without end is all that is read', (_, unit) => {
    for (const [, tokenizer] of FAMILIES_HERE) {
      const text = unit.repeat(120_000 / unit.length);
      const slices: number[] = [];
      // Strings hand out their parts only by methods that can be watched.
      const watched = new Proxy<object>(Object(text), {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name, target);
          if (name !== 'slice') return typeof value === 'function' ? value.bind(target) : value;
          return (from: number, to: number) => {
            slices.push(to - from);
            return text.slice(from, to);
          };
        },
      }) as unknown as string;
      const { ids, isWhole } = tokenizer.start(watched, 64);
      const read = slices.reduce((sum, length) => sum + length, 0);
      if (isWhole) {
        // One unknown word, or white space that is no token: there is nothing to stop at.
        expect(ids.length).toBeLessThan(3);
      } else {
        expect(ids).toHaveLength(64);
        expect(read).toBeLessThan(40_000);
      }
    }
  });
});

describe('a run without white space', () => {
  it('of any length is read', () => {
    const tokenizer = openFile(JSON.stringify(xlmRoberta().json));
    const ids = tokenizer.encode('q'.repeat(300_000));
    expect(ids.length).toBeGreaterThan(299_000);
    for (const make of [wordPiece, robertaBpe, qwenBpe, llamaBpe]) {
      const own = openFile(JSON.stringify(make().json));
      expect(own.encode('qj'.repeat(100_000)).length).toBeGreaterThan(0);
    }
  });
});

type Json = Record<string, unknown>;
const changed = (make: () => { json: object }, change: (json: Json) => void): string => {
  const json = JSON.parse(JSON.stringify(make().json)) as Json;
  change(json);
  return JSON.stringify(json);
};
const model = (json: Json): Json => json.model as Json;
const read = (json: string): HubTokenizer => readTokenizer(json, '{}', { of: 'my-model' });

describe('files that are refused', () => {
  const invalid = (what: string | RegExp) =>
    expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringMatching(what) });

  it.each([
    ['a text', '"1"', /the id of 'the' in its vocabulary is '1'/],
    ['null', 'null', /is null/],
    ['too large', '1e308', /is 1e\+308/],
    ['no whole number', '1.5', /is 1.5/],
    ['negative', '-1', /is -1/],
    ['that of another token', '0', /have the same id, 0/],
  ])('ids: %s', (_, id, message) => {
    const json = changed(wordPiece, (file) => {
      (model(file).vocab as Json).the = 987654;
    }).replace('987654', id);
    expect(() => read(json)).toThrow(invalid(message));
    expect(() => read(json)).toThrow(invalid(/^tokenizer\.json of my-model/));
    const added = changed(wordPiece, (file) => {
      (file.added_tokens as Json[])[0]!.id = 987654;
    }).replace('987654', id);
    if (id !== '0') expect(() => read(added)).toThrow(invalid(/added_tokens/));
  });

  it.each([
    ['scores that are none', xlmRoberta, (file: Json) => ((model(file).vocab as unknown[])[7] = ['a', null])],
    ['an unknown token beyond its vocabulary', xlmRoberta, (file: Json) => (model(file).unk_id = 1e6)],
    ['an unknown token that is not there', wordPiece, (file: Json) => (model(file).unk_token = '[NONE]')],
    ['merges of other tokens', qwenBpe, (file: Json) => ((model(file).merges as unknown[])[0] = 'zz☃ q')],
    ['merges that are none', qwenBpe, (file: Json) => ((model(file).merges as unknown[])[0] = 5)],
    ['no model', qwenBpe, (file: Json) => (file.model = null)],
    ['a normalizer that is not known', qwenBpe, (file: Json) => (file.normalizer = { type: 'Rot13' })],
    [
      'a damaged charsmap',
      xlmRoberta,
      (file: Json) => (file.normalizer = { type: 'Precompiled', precompiled_charsmap: 'AAAA' }),
    ],
  ])('%s', (_, make, change) => {
    expect(() => read(changed(make, change))).toThrow(invalid(/^tokenizer\.json of my-model cannot be read/));
  });

  it.each([
    ['words without end', wordPiece, (file: Json) => (model(file).max_input_chars_per_word = 1e9)],
    [
      'pieces without end',
      xlmRoberta,
      (file: Json) => ((model(file).vocab as unknown[])[7] = ['a'.repeat(1e5), -1]),
    ],
    [
      'added tokens without end',
      qwenBpe,
      (file: Json) => ((file.added_tokens as Json[])[0]!.content = 'a'.repeat(1e5)),
    ],
    [
      'sequences in sequences',
      qwenBpe,
      (file: Json) => {
        let inner: Json = { type: 'NFC' };
        for (let depth = 0; depth < 2000; depth++) inner = { type: 'Sequence', normalizers: [inner] };
        file.normalizer = inner;
      },
    ],
  ])('%s', (_, make, change) => {
    expect(() => read(changed(make, change))).toThrow(invalid(/^tokenizer\.json of my-model cannot be read/));
  });

  const regex = (Regex: string) => (file: Json) => {
    file.pre_tokenizer = { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false };
  };

  it.each([
    '(a+)+b',
    '(a|a)*b',
    '(a|ab)*c',
    '(?:a*)*b',
    '(?:a{1,100}){1,100}b',
    'a*a*a*b',
    'a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaa',
    '(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)b',
    String.raw`(\w+\s?)*$`,
    String.raw`(.*)\1`,
    '(((',
  ])('patterns that could run without end: %s', (pattern) => {
    for (const normalizer of [false, true]) {
      const json = changed(qwenBpe, (file) => {
        if (normalizer) file.normalizer = { type: 'Replace', pattern: { Regex: pattern }, content: '' };
        else regex(pattern)(file);
      });
      expect(() => read(json)).toThrow(invalid(/its pattern '/));
    }
  });

  it('replacements that double a text', () => {
    const double = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' };
    const json = (count: number): string =>
      changed(qwenBpe, (file) => {
        file.normalizer = { type: 'Sequence', normalizers: Array(count).fill(double) };
      });
    expect(() => read(json(26))).toThrow(invalid(/times longer/));
    expect(read(json(2)).encode('a')).toEqual(read(json(0)).encode('aaaa'));
    const decoders = changed(qwenBpe, (file) => {
      file.decoder = { type: 'Sequence', decoders: Array(26).fill(double) };
    });
    expect(() => read(decoders)).toThrow(invalid(/times longer/));
  });

  it('patterns that take the square of a run are stopped where the run is long', () => {
    const tokenizer = read(changed(qwenBpe, regex(String.raw`\s+$|\S+`)));
    expect(tokenizer.encode('a b').length).toBeGreaterThan(0);
    expect(() => tokenizer.encode(`${' '.repeat(100_000)}a`)).toThrow(invalid(/too long for this text/));
  });

  it.each([
    String.raw`\p{N}+`,
    String.raw`[\r\n]`,
    String.raw`\s?[A-Za-zµÀ-ÖØ-öø-ƺ]+`,
    '[一-龥ࠀ-一가-퟿]+',
    String.raw`'(?:[sdmt]|ll|ve|re)|\s?\p{L}+|\s?\p{N}+|\s?[^\s\p{L}\p{N}]+`,
    String.raw`(?i:'s|'t)|\p{Lu}?\p{Ll}+`,
    // GPT-2, cl100k_base and Llama 3, Qwen, o200k_base.
    String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  ])('other patterns are read: %s', async (pattern) => {
    // A ByteLevel part stands behind the pattern, as the vocabulary is of bytes.
    const json = changed(qwenBpe, (file) => {
      const { pretokenizers } = file.pre_tokenizer as { pretokenizers: Json[] };
      pretokenizers[0]!.pattern = { Regex: pattern };
    });
    const { differences } = await compare(againstRust('', json), [
      "It's 42\n! ΑΣ  über\u0085\ufeff中文",
      ...randomTexts(9, 50),
    ]);
    expect(differences).toEqual([]);
  });
});
