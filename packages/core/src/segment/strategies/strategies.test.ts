import fc from 'fast-check';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { countTokens } from '../encode.ts';
import { RANKS } from '../ranks.ts';
import { atOnce } from '../slices.ts';
import { loadTokenizer, type SegmentTokenizer } from '../tokenizers.ts';
import * as overlap from './overlap.ts';
import { chunkBySemantics, type EmbedTexts } from './semantic.ts';
import * as sentence from './sentence.ts';
import type { Span } from './spans.ts';
import * as structure from './structure.ts';
import * as tokens from './tokens.ts';

const chunkByStructure = atOnce(structure.chunkByStructure);
const chunkBySentences = atOnce(sentence.chunkBySentences);
const chunkByTokens = atOnce(tokens.chunkByTokens);
const splitSentences = atOnce(sentence.splitSentences);
const withOverlap = atOnce(overlap.withOverlap);

let tokenizer: SegmentTokenizer;
beforeAll(async () => {
  tokenizer = await loadTokenizer('cl100k_base', RANKS);
});

const slices = (text: string, spans: readonly Span[]): string[] =>
  spans.map(([start, end]) => text.slice(start, end).trimEnd());

const TOPICS = ['cat', 'stock', 'star'];

/** Counts the topics' words: a bag-of-words embedder, good enough for texts made of these words. */
const embedTopics: EmbedTexts = async (texts) =>
  texts.map((text) =>
    Float32Array.from(TOPICS, (topic) => text.toLowerCase().split(topic).length - 1 + 0.01),
  );

const sentencesAbout = (topic: string, count: number): string =>
  Array.from({ length: count }, (_, index) => `Number ${index} is a sentence about the ${topic}.`).join(' ');

describe('splitSentences', () => {
  it('gives every sentence, hard-wrapped ones whole', () => {
    const text =
      ' # Title\nA sentence that\ngoes on. Another\none.\n\n- item one. Item two.\n\n```\na. B. c.\n```';
    expect(slices(text, splitSentences(text))).toEqual([
      '# Title',
      'A sentence that\ngoes on.',
      'Another\none.',
      '- item one.',
      'Item two.',
      '```\na. B. c.\n```',
    ]);
    expect(splitSentences('  \n')).toEqual([]);
    expect(splitSentences('')).toEqual([]);
  });

  it('does not end one within an address, or at quoted speech that goes on', () => {
    for (const [text, sentences] of [
      [
        'Look it up at https://shop.example/find?item=7 today. Second sentence here.',
        ['Look it up at https://shop.example/find?item=7 today.', 'Second sentence here.'],
      ],
      ['He shouted "Go!" and ran. The end came.', ['He shouted "Go!" and ran.', 'The end came.']],
      ['Am 3. Oktober ist frei. Das freut alle.', ['Am 3. Oktober ist frei.', 'Das freut alle.']],
    ] as const) {
      expect(slices(text, splitSentences(text))).toEqual(sentences);
      expect(slices(text, chunkBySentences(text, { maxLength: text.length - 5 }))).toEqual(sentences);
    }
  });

  it('does not end a sentence at a blank line only', () => {
    expect(slices('one\n\ntwo', splitSentences('one\n\ntwo'))).toEqual(['one', 'two']);
  });
});

describe('chunkBySentences', () => {
  it('puts as many whole sentences into a chunk as fit', () => {
    const text = 'One one. Two two.\nThree three. Four four.';
    expect(slices(text, chunkBySentences(text, { maxLength: 20 }))).toEqual([
      'One one. Two two.',
      'Three three.',
      'Four four.',
    ]);
    expect(slices(text, chunkBySentences(text, { maxLength: 100 }))).toEqual([text]);
  });

  it('starts a chunk at a heading and keeps headings together', () => {
    const text = 'Before.\n\n# One\n\n## Two\n\nText.\n\n## Three\nMore.';
    expect(slices(text, chunkBySentences(text, { maxLength: 500 }))).toEqual([
      'Before.',
      '# One\n\n## Two\n\nText.',
      '## Three\nMore.',
    ]);
  });

  it('leaves code whole, and divides it only where it is too long', () => {
    const text = 'Text.\n\n```\nFirst. Line.\nSecond. Line.\n```\n';
    expect(slices(text, chunkBySentences(text, { maxLength: 40 }))).toEqual([
      'Text.',
      '```\nFirst. Line.\nSecond. Line.\n```',
    ]);
    expect(slices(text, chunkBySentences(text, { maxLength: 20 }))).toEqual([
      'Text.',
      '```\nFirst. Line.',
      'Second. Line.\n```',
    ]);
  });
});

describe('withOverlap', () => {
  it('repeats whole sentences where they fit, and words where they do not', () => {
    const text = 'Alpha beta. Gamma delta epsilon. Zeta eta.\nTheta.';
    const spans = chunkByStructure(text, { maxLength: 500 });
    const overlapping = (overlap: number) => slices(text, withOverlap(text, spans, { overlap }));
    expect(overlapping(0)).toEqual([text.split('\n')[0], 'Theta.']);
    expect(overlapping(12)[1]).toBe('Zeta eta.\nTheta.');
    expect(overlapping(25)[1]).toBe('Zeta eta.\nTheta.');
    expect(overlapping(33)[1]).toBe('Gamma delta epsilon. Zeta eta.\nTheta.');
    expect(overlapping(5)[1]).toBe('eta.\nTheta.');
    expect(overlapping(3)[1]).toBe('Theta.');
  });

  it('repeats whole lines', () => {
    const text = 'const a = 1;\nconst b = 2;\nconst c = 3;\nconst d = 4;';
    const overlapping = withOverlap(
      text,
      [
        [0, 39],
        [39, text.length],
      ],
      { overlap: 30 },
    );
    expect(slices(text, overlapping)[1]).toBe('const b = 2;\nconst c = 3;\nconst d = 4;');
  });

  it('repeats lines with their indents', () => {
    const text = 'if a:\n    b()\n    c()\nd()';
    const start = text.indexOf('d()');
    const spans: Span[] = [
      [0, start],
      [start, text.length],
    ];
    expect(slices(text, withOverlap(text, spans, { overlap: 10 }))[1]).toBe('    c()\nd()');
    expect(slices(text, withOverlap(text, spans, { overlap: 8 }))[1]).toBe('    c()\nd()');
  });

  it('does not start within a grapheme cluster', () => {
    const text = 'One two.\n \u0301b cc\ndd';
    const start = text.indexOf('dd');
    const overlap = start - text.indexOf('\u0301');
    const spans: Span[] = [
      [0, start],
      [start, text.length],
    ];
    expect(slices(text, withOverlap(text, spans, { overlap }))[1]).toBe('cc\ndd');
    expect(slices(text, withOverlap(text, spans, { overlap: overlap + 1 }))[1]).toBe(' \u0301b cc\ndd');
  });

  it('repeats no more than the chunk before', () => {
    const text = 'a\nb\nc';
    const spans = chunkByStructure(text, { maxLength: 500 });
    expect(slices(text, withOverlap(text, spans, { overlap: 400 }))).toEqual(['a', 'a\nb', 'b\nc']);
  });
});

describe('chunkByTokens', () => {
  it('ends chunks at words', () => {
    const text = 'The quick brown fox jumps over the lazy dog and runs away';
    const chunks = slices(text, chunkByTokens(text, tokenizer, { maxTokens: 5, overlap: 0 }));
    expect(chunks).toEqual(['The quick brown fox jumps', 'over the lazy dog and', 'runs away']);
  });

  it('repeats so many tokens', () => {
    const text = 'The quick brown fox jumps over the lazy dog and runs away';
    const chunks = slices(text, chunkByTokens(text, tokenizer, { maxTokens: 5, overlap: 2 }));
    expect(chunks).toEqual([
      'The quick brown fox jumps',
      'fox jumps over the lazy',
      'the lazy dog and runs',
      'and runs away',
    ]);
  });

  it('keeps the indents of lines', () => {
    const text = 'def f(x):\n    if x:\n        return 1\n\n    return 2\n'.repeat(8);
    for (const maxTokens of [9, 14, 30]) {
      const spans = chunkByTokens(text, tokenizer, { maxTokens, overlap: 0 });
      expect(spans.length).toBeGreaterThan(3);
      expect(spans.map(([start, end]) => text.slice(start, end)).join('')).toBe(text);
      for (const [start, end] of spans) {
        // Within a line, or at its very beginning.
        expect(text.slice(0, start)).toMatch(/(?:^|\n|[^\n ] ?)$/);
        expect(countTokens(tokenizer, text.slice(start, end).trimEnd())).toBeLessThanOrEqual(maxTokens);
      }
    }
    const deep = `a\n${' '.repeat(60)}b c`;
    expect(slices(deep, chunkByTokens(deep, tokenizer, { maxTokens: 1, overlap: 0 }))).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('gives a character of more tokens than allowed a chunk of its own', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(
      slices(`a${family}b`, chunkByTokens(`a${family}b`, tokenizer, { maxTokens: 2, overlap: 1 })),
    ).toEqual(['a', family, 'b']);
  });

  const endless: Record<string, string> = {
    prose: 'The quick brown fox, no. ',
    'emoji and joiners': '👩\u200d',
    'joiners and emoji': '\u200d👩',
    'emoji and modifiers': '👩🏽',
    'emoji and selectors': '❤\ufe0f',
    'combining marks': '\u0301',
    'letters with many marks': `a${'\u0301'.repeat(200)}`,
    'regional indicators': '🇩',
    'Hangul jamo': 'ᄀ',
    'Hangul syllables of jamo': '각',
    'Indic conjuncts': 'क्',
    'prepended signs': '\u0600',
    tags: '\u{e0067}',
    letters: 'x',
    'Chinese letters': '东',
    'lone surrogates': '\ud800',
    'white space': 'a\u3000\u3000',
  };
  it.each(Object.entries(endless))('encodes no more than in proportion to the text: %s', (_, unit) => {
    const workFor = (length: number, maxTokens: number, overlap: number): number => {
      let work = 0;
      const counting: SegmentTokenizer = {
        name: 'counting',
        specialTokens: tokenizer.specialTokens,
        decode: (id) => tokenizer.decode(id),
        encode: (part) => {
          work += part.length;
          return tokenizer.encode(part);
        },
      };
      const content = unit.repeat(Math.ceil(length / unit.length));
      const spans = chunkByTokens(content, counting, { maxTokens, overlap });
      expect(spans.at(-1)![1]).toBe(content.length);
      return work / content.length;
    };
    for (const [maxTokens, overlap] of [
      [200, 0],
      [100, 50],
      [12, 0],
      [4, 2],
      [1, 0],
    ] as const) {
      const work = workFor(4000, maxTokens, overlap);
      expect(work).toBeLessThan(100);
      // As many characters of work for each of the text, however long it is.
      expect(workFor(1000, maxTokens, overlap) * 1.5 + 3).toBeGreaterThan(work);
    }
  });

  it('takes time in proportion to the text', () => {
    const text = 'word and 东京 more '.repeat(8000);
    const spans = chunkByTokens(text, tokenizer, { maxTokens: 64, overlap: 16 });
    expect(spans.at(-1)![1]).toBe(text.length);
    expect(spans.length).toBeGreaterThan(500);
  });
});

describe('chunkBySemantics', () => {
  const options = { maxLength: 5000, embed: embedTopics };

  it('cuts where the subject changes', async () => {
    const parts = [sentencesAbout('cat', 6), sentencesAbout('stock', 7), sentencesAbout('star', 5)];
    const text = parts.join(' ');
    expect(slices(text, await chunkBySemantics(text, options))).toEqual(parts);
  });

  it('does not cut where nothing changes', async () => {
    const text = sentencesAbout('cat', 20);
    expect(await chunkBySemantics(text, options)).toEqual([[0, text.length]]);
  });

  it('keeps a heading with what follows it', async () => {
    const text = `${sentencesAbout('cat', 5)}\n\n# Other things\n\n${sentencesAbout('stock', 5)}`;
    const chunks = slices(text, await chunkBySemantics(text, options));
    expect(chunks).toHaveLength(2);
    expect(chunks[1]).toMatch(/^# Other things\n\nNumber 0 is a sentence about the stock/);
  });

  it('keeps even a heading with it that sounds like what is before', async () => {
    const text = `${sentencesAbout('cat', 5)}\n\n# No more of the cat cat cat\n\n${sentencesAbout('stock', 5)}`;
    const chunks = slices(text, await chunkBySemantics(text, options));
    expect(chunks).toHaveLength(2);
    expect(chunks[1]).toMatch(/^# No more/);
  });

  it('holds the maximum, cutting at the least similar gaps first', async () => {
    const text = `${sentencesAbout('cat', 6)} ${sentencesAbout('stock', 6)}`;
    const spans = await chunkBySemantics(text, { ...options, maxLength: 250 });
    for (const [start, end] of spans)
      expect(text.slice(start, end).trimEnd().length).toBeLessThanOrEqual(250);
    expect(slices(text, spans)).toContainEqual(
      expect.stringMatching(/^Number 0 is a sentence about the stock/),
    );
  });

  it('divides a text of one subject in few cuts', async () => {
    const text = sentencesAbout('cat', 2000);
    const spans = await chunkBySemantics(text, { ...options, maxLength: 400 });
    expect(spans.length).toBeLessThan(1000);
    for (const [start, end] of spans)
      expect(text.slice(start, end).trimEnd().length).toBeLessThanOrEqual(400);
  });

  it('does not embed what is one sentence or none', async () => {
    const embed = (): never => {
      throw new Error('not needed');
    };
    expect(await chunkBySemantics('', { maxLength: 10, embed })).toEqual([]);
    expect(await chunkBySemantics(' One. ', { maxLength: 10, embed })).toEqual([[1, 6]]);
  });

  it('hands on the signal and obeys it', async () => {
    const controller = new AbortController();
    const embed: EmbedTexts = async (texts, signal) => {
      expect(signal).toBe(controller.signal);
      controller.abort(new DOMException('stop', 'AbortError'));
      return embedTopics(texts, signal);
    };
    const result = chunkBySemantics('One. Two.', { maxLength: 10, embed, signal: controller.signal });
    await expect(result).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each<[string, Float32Array[]]>([
    ['too few', [Float32Array.of(1)]],
    ['of different lengths', [Float32Array.of(1), Float32Array.of(1, 2)]],
    ['empty', [new Float32Array(), new Float32Array()]],
  ])('refuses vectors that are %s', async (_, vectors) => {
    const result = chunkBySemantics('One. Two.', { maxLength: 10, embed: async () => vectors });
    await expect(result).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
  });

  it('takes zero vectors', async () => {
    const embed: EmbedTexts = async (texts) => texts.map(() => new Float32Array(4));
    expect(await chunkBySemantics('One. Two. Three.', { maxLength: 100, embed })).toEqual([[0, 16]]);
  });
});

const piece = fc.constantFrom(
  ...[
    'One. ',
    'Two two! ',
    'cat ',
    'stock. ',
    '\n',
    '\n\n',
    '# H\n',
    '- a\n',
    '```\n',
    '| a |\n',
    '你好。',
    '🚀',
    '👩‍👩‍👧',
  ],
  ...['e\u0301', ' ', '    ', '\0', '\ud83d', 'x'.repeat(40), '<p>', '\u0301', '🇩🇪', '\r\n', '1. b\n'],
  ...['🏽', '\u0600', '\u0e33', '\u200d', '\u3000', '\ufeff', '>-->', 'Mr. ', '\u2028'],
);
const text = fc.array(piece, { maxLength: 80 }).map((parts) => parts.join(''));

describe('every strategy', () => {
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

  const check = (content: string, spans: readonly Span[], overlapping: boolean): void => {
    const boundaries = new Set([...graphemes.segment(content)].map(({ index }) => index));
    const leading = content.length - content.trimStart().length;
    let covered = leading;
    let before = -1;
    for (const [start, end] of spans) {
      expect(boundaries).toContain(start);
      // The second chunk may repeat the whole first.
      expect(start).toBeGreaterThanOrEqual(overlapping ? before : before + 1);
      if (before < 0) expect(start).toBeGreaterThanOrEqual(leading - 1);
      if (overlapping || before < 0) expect(start).toBeLessThanOrEqual(covered);
      else expect(start).toBe(covered);
      expect(end).toBeGreaterThan(covered);
      expect(content.slice(start, end).trim()).not.toBe('');
      before = start;
      covered = end;
    }
    if (content.trim() !== '') expect(covered).toBe(content.length);
    else expect(spans).toEqual([]);
  };

  test('covers the text, in order, at grapheme boundaries, within the maximum', async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.integer({ min: 20, max: 200 }),
        fc.integer({ min: 0, max: 19 }),
        async (content, maximum, overlap) => {
          const options = { maxLength: maximum - overlap };
          const all = [
            chunkByStructure(content, options),
            chunkBySentences(content, options),
            await chunkBySemantics(content, { ...options, embed: embedTopics }),
          ];
          for (const spans of all) {
            check(content, spans, false);
            const overlapping = withOverlap(content, spans, { overlap });
            expect(overlapping.map(([, end]) => end)).toEqual(spans.map(([, end]) => end));
            check(content, overlapping, true);
            for (const [start, end] of overlapping) {
              expect(content.slice(start, end).trimEnd().length).toBeLessThanOrEqual(maximum);
            }
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('counts tokens', () => {
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 20, max: 60 }),
        fc.integer({ min: 0, max: 19 }),
        (content, maximum, overlap) => {
          const spans = chunkByTokens(content, tokenizer, { maxTokens: maximum, overlap });
          check(content, spans, overlap > 0);
          for (const [start, end] of spans) {
            expect(countTokens(tokenizer, content.slice(start, end).trimEnd())).toBeLessThanOrEqual(maximum);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
