/**
 * Tokens of the engine beside those of the tokenisers that published models were made with: Hugging Face's in Rust, and
 * OpenAI's tiktoken. Both are independent of the code here. A few texts of each kind are compared in the unit tests, all
 * of them with `npm run sweep`.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import { llamaBpe, qwenBpe, robertaBpe, wordPiece, xlmRoberta } from '@nearfield/model-tiny';
import { get_encoding, type TiktokenEncoding } from 'tiktoken';
import { Tokenizer } from 'tokenizers';
import { RANKS } from '../src/segment/ranks.ts';
import { loadTokenizer } from '../src/segment/tokenizers.ts';
import { type HubTokenizer, readTokenizer } from '../src/text/hub-tokenizer.ts';
import { LATER_MARKS } from '../src/text/old-categories.ts';

/** Two readings of the same texts. */
export interface Compared {
  readonly name: string;
  ours(text: string): readonly number[];
  theirs(texts: readonly string[]): Promise<(readonly number[])[]>;
}

/** A text that the two read differently. */
export interface Difference {
  readonly text: string;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/** Tokenizers of every family; those of the tiny models have the families' rules and small vocabularies. */
export const FAMILIES: Readonly<Record<string, () => string>> = {
  'all-MiniLM-L6-v2': () => readFileSync(join(miniLMDirectory(), 'tokenizer.json'), 'utf8'),
  'tiny WordPiece': () => JSON.stringify(wordPiece().json),
  'tiny RoBERTa': () => JSON.stringify(robertaBpe().json),
  'tiny XLM-RoBERTa': () => JSON.stringify(xlmRoberta().json),
  'tiny Qwen': () => JSON.stringify(qwenBpe().json),
  'tiny Llama': () => JSON.stringify(llamaBpe().json),
};

/** The engine's reading of a tokenizer.json, without the cut that it may ask for itself. */
export function openFile(json: string): HubTokenizer {
  return readTokenizer(json, '{}');
}

/** A tokenizer.json as the engine and as Rust read it. */
export function againstRust(name: string, json: string): Compared {
  const own = openFile(json);
  const rust = Tokenizer.fromString(json);
  rust.disableTruncation();
  rust.disablePadding();
  return {
    name,
    ours: (text) => own.encode(text),
    theirs: async (texts) => {
      const encodings = await rust.encodeBatch([...texts], { addSpecialTokens: false });
      return encodings.map((encoding) => encoding.getIds());
    },
  };
}

/** One of the API's encodings as the engine and as tiktoken read it. */
export async function againstTiktoken(name: string): Promise<Compared> {
  const own = await loadTokenizer(name, RANKS);
  const theirs = get_encoding(name as TiktokenEncoding);
  return {
    name,
    ours: (text) => own.encode(text),
    theirs: async (texts) => texts.map((text) => Array.from(theirs.encode(text, 'all'))),
  };
}

/** Every code point from `from` to `to`, alone, between letters and after a space. Surrogates are none. */
export function* codePoints(from = 0, to = 0x10ffff): Generator<string> {
  for (let code = from; code <= to; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    yield character;
    yield `a${character}b`;
    yield ` ${character}`;
  }
}

/** Numbers below 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What tokenisers treat apart: marks, joiners, white space of all kinds, special tokens, contractions, numbers. */
const UNITS: readonly string[] = [
  ...[
    ' ',
    ' ',
    '  ',
    '\n',
    '\r\n',
    '\t',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\u3000',
    '\ufeff',
    '\u200b',
    '\u200d',
  ],
  ...[
    '\u0301',
    '\u0308\u0323',
    '\u05b0',
    '\u094d',
    '\u3099',
    '\u1160',
    '\u0e33',
    '\u0600',
    '\u00ad',
    '\0',
    '\ufffd',
  ],
  ...[
    '[UNK]',
    '[MASK]',
    '[CLS]',
    '<s>',
    '<mask>',
    '</s>',
    '<|endoftext|>',
    '<|im_end|>',
    '<|mask|>',
    '[unused0]',
  ],
  ...[
    "'s",
    "'LL",
    "'re",
    'don’t',
    '123',
    '٣',
    '½',
    'Ⅷ',
    '3.14',
    'e\u0301',
    'ß',
    'İ',
    'Σ',
    'ΑΣ',
    'ﬁ',
    'ǅ',
    'ﷺ',
  ],
  ...[
    'the',
    'What',
    'search',
    'ing',
    'CamelCase',
    'x',
    'ab',
    'Zz',
    '!',
    '...',
    '—',
    '_',
    '##',
    '▁',
    'Ġ',
    '(',
    '"',
  ],
  ...[
    '中',
    '文',
    '\u{20000}',
    '\u{2b740}',
    'か',
    'ガ',
    'ｶﾞ',
    '한',
    '\u1112\u1161\u11ab',
    'ไทย',
    'हिन्दी',
    'عربي',
    'שלום',
  ],
  ...['🚀', '👩‍👩‍👧', '🇩🇪', '👍🏽', '\u{1d400}', '\u{e0001}', '\u{10ffff}', '\ue000', '\u0378'],
];

/** Texts of up to 40 characters and words, half of the units above and half of anything in Unicode. */
export function* randomTexts(seed: number, count: number): Generator<string> {
  const random = randomFrom(seed);
  for (let index = 0; index < count; index++) {
    let text = '';
    const wild = random() < 0.5 ? 0.1 : 0.5;
    for (let left = 1 + Math.floor(random() ** 2 * 40); left > 0; left--) {
      if (random() >= wild) {
        text += UNITS[Math.floor(random() * UNITS.length)];
        continue;
      }
      const limit = [0x80, 0x250, 0x3100, 0x10000, 0x110000][Math.floor(random() * 5)]!;
      const code = Math.floor(random() * limit);
      text += code >= 0xd800 && code <= 0xdfff ? 'a' : String.fromCodePoint(code);
    }
    yield text;
  }
}

/** 136 beginnings of files: a byte order mark or a next-line character before, in and after what files start with. */
export function beginnings(): string[] {
  const starts = [
    '# Title',
    'Title',
    ' text',
    '\n\ntext',
    '123',
    '{"a": 1}',
    '<?xml',
    "'s",
    '中文',
    'ß',
    '\t',
    ' ',
    'x\n',
    '--',
    '\r\nx',
    '🚀',
    '. a',
  ];
  return starts.flatMap((start) =>
    ['\ufeff', '\u0085'].flatMap((mark) => [
      mark + start,
      start + mark,
      `${start}${mark}a`,
      `${mark}${mark}${start} a`,
    ]),
  );
}

/**
 * Characters that the references do not know: the order of marks (NFC) in Rust is that of an older Unicode, and letters of
 * Unicode 17 (2025) are none to tiktoken's pattern. Here they are what the JavaScript engine's Unicode says.
 */
const NEWER = new RegExp(
  `[${LATER_MARKS}${String.raw`\u{10940}-\u{1095f}\u{11db0}-\u{11def}\u{16ea0}-\u{16ed3}\u{18d80}-\u{18dff}\u{1e6c0}-\u{1e6ff}\u{2a6e0}-\u{2a6ff}\u{2b73a}-\u{2b73f}\u{323b0}-\u{3347f}`}]`,
  'gu',
);

/** Texts that are compared at a time. */
const BATCH = 4096;

/**
 * Reads texts with both.
 * @returns how many there were, which differ, and how many differ only by characters that the reference does not know:
 * without these they are the same.
 */
export async function compare(
  { ours, theirs }: Compared,
  texts: Iterable<string>,
): Promise<{ compared: number; differences: Difference[]; newer: number }> {
  const differences: Difference[] = [];
  let newer = 0;
  let compared = 0;
  const check = async (batch: readonly string[]): Promise<void> => {
    const expected = await theirs(batch);
    for (const [index, text] of batch.entries()) {
      const found = ours(text);
      const wanted = expected[index]!;
      if (isSame(found, wanted)) continue;
      const known = text.replace(NEWER, '');
      if (known !== text && isSame(ours(known), (await theirs([known]))[0]!)) newer++;
      else differences.push({ text, ours: found, theirs: wanted });
    }
    compared += batch.length;
  };
  let batch: string[] = [];
  for (const text of texts) {
    if (batch.push(text) < BATCH) continue;
    await check(batch);
    batch = [];
  }
  await check(batch);
  return { compared, differences, newer };
}

const isSame = (left: readonly number[], right: readonly number[]): boolean =>
  left.length === right.length && left.every((id, at) => id === right[at]);
