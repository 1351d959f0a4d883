import { IDEOGRAPHS, isWhiteSpace, lowerCase, trimEnd, trimStart } from './characters.ts';
import { Charsmap } from './charsmap.ts';
import { hasChanged, OLD_MARK, OLD_REMOVED } from './old-categories.ts';
import { patternOf } from './patterns.ts';
import { type ComponentFile, componentsOf, shown, textOf } from './tokenizer-file.ts';

/** Changes a text before it is divided into words. */
export interface Normalizer {
  normalize(text: string): string;
  /**
   * Whether the beginning of a text normalises to the beginning of the whole result, and likewise its end, if the text
   * is cut where white space begins.
   */
  readonly isLocal: boolean;
  /** Maximum factor by which a text can grow. */
  readonly growth: number;
}

/** Far above the growth of published files (BERT: 3, for ideographs), far below growth that fills the memory. */
const MOST_GROWTH = 256;
/** Of compatibility decomposition: U+FDFA becomes eighteen characters. */
const UNICODE_GROWTH = 18;

/**
 * The normalizer of tokenizer.json, as the Rust tokenisers have it.
 * @throws Error for a normalizer that is unknown, damaged or lets texts grow without bound.
 */
export function normalizerOf(file: ComponentFile, depth = 0): Normalizer {
  const normalizer = create(file, depth);
  if (normalizer.growth > MOST_GROWTH) {
    throw new Error(
      `its normalizer ${shown(file)} can make a text ${normalizer.growth} times longer; ${MOST_GROWTH} is the most that is read`,
    );
  }
  return normalizer;
}

function create(file: ComponentFile, depth: number): Normalizer {
  switch (file.type) {
    case 'BertNormalizer':
      return bertNormalizer(file);
    case 'Precompiled':
      return precompiled(file);
    case 'Sequence': {
      if (depth > 8) throw new Error('its normalizers lie too deep in each other');
      return inSequence(
        componentsOf(file.normalizers, 'normalizers').map((each) => normalizerOf(each, depth + 1)),
      );
    }
    case 'Replace':
      return replacer(file);
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD': {
      const form = file.type;
      return local((text) => text.normalize(form), form.includes('K') ? UNICODE_GROWTH : 3);
    }
    case 'Strip': {
      const { strip_left: left, strip_right: right } = file;
      const strip = (text: string): string => {
        const rest = left ? trimStart(text) : text;
        return right ? trimEnd(rest) : rest;
      };
      return { normalize: strip, isLocal: false, growth: 1 };
    }
    case 'StripAccents':
      return local((text) => text.replace(/\p{M}/gu, ''), 1);
    case 'Lowercase':
      return local(lowerCase, 2);
    case 'Prepend': {
      const before = textOf(file.prepend, 'text to put before others (prepend)');
      return {
        normalize: (text) => (text === '' ? '' : before + text),
        isLocal: false,
        growth: 1 + before.length,
      };
    }
    default:
      throw new Error(`its normalizer ${shown(file.type)} is not known`);
  }
}

const local = (normalize: (text: string) => string, growth: number): Normalizer => ({
  normalize,
  isLocal: true,
  growth,
});

const inSequence = (normalizers: readonly Normalizer[]): Normalizer => ({
  normalize: (text) => normalizers.reduce((each, normalizer) => normalizer.normalize(each), text),
  isLocal: normalizers.every(({ isLocal }) => isLocal),
  growth: normalizers.reduce((product, { growth }) => product * growth, 1),
});

/** Characters that BERT removes: control, format, private and unassigned ones. */
const REMOVED = /[\0\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;
const OLD_REMOVED_ALL = new RegExp(OLD_REMOVED, 'gu');
const MARKS = /\p{Mn}/gu;
const OLD_MARKS = new RegExp(OLD_MARK, 'gu');
const IDEOGRAPH = new RegExp(`[${IDEOGRAPHS}]`, 'gu');

function bertNormalizer(file: ComponentFile): Normalizer {
  const { clean_text: clean, handle_chinese_chars: setsApart, lowercase } = file;
  const stripsAccents = file.strip_accents ?? lowercase;
  return local((text) => {
    let result = text;
    const isOld = hasChanged(text);
    if (clean) {
      result = result
        .replace(isOld ? OLD_REMOVED_ALL : REMOVED, (character) =>
          /[\t\n\r]/.test(character) ? character : '',
        )
        .replace(/\p{White_Space}/gu, ' ');
    }
    if (setsApart) result = result.replace(IDEOGRAPH, ' $& ');
    if (stripsAccents) result = result.normalize('NFD').replace(isOld ? OLD_MARKS : MARKS, '');
    return lowercase ? lowerCase(result) : result;
  }, 6);
}

/** Graphemes of so many bytes are looked up whole, others character by character. */
const GRAPHEME_BYTES = 6;

/**
 * Characters that can be one grapheme with their neighbour: marks, joiners, line ends, parts of Hangul syllables, a few
 * letters. Segmenting is slow, so only texts with them are segmented; elsewhere every character is a grapheme, or has too
 * many bytes (flags, emoji) to be looked up whole.
 */
const JOINING = String.raw`\p{M}\p{Cf}\r\n\u0d4e\u0e33\u0eb3\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\uff9e\uff9f`;
const JOINED = new RegExp(`[^${JOINING}]?(?:[${JOINING}]+[^${JOINING}]?)+`, 'gu');

function precompiled(file: ComponentFile): Normalizer {
  const table = file.precompiled_charsmap ?? '';
  if (textOf(table, 'precompiled_charsmap') === '') return local(usualCharsmap, UNICODE_GROWTH);
  const map = new Charsmap(table as string);
  const replaced = new Map<string, string>();
  const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
  const lookUp = (text: string): string | undefined => {
    const known = replaced.get(text);
    if (known !== undefined) return known === text ? undefined : known;
    const found = map.replacement(text);
    if (replaced.size > 50_000) replaced.clear();
    replaced.set(text, found ?? text);
    return found;
  };
  const characterWise = (text: string): string => {
    let result = '';
    for (const character of text) result += lookUp(character) ?? character;
    return result;
  };
  const byGraphemes = (text: string): string => {
    let result = '';
    for (const { segment } of graphemes.segment(text)) {
      const whole = segment.length > 1 && utf8Length(segment) < GRAPHEME_BYTES ? lookUp(segment) : undefined;
      result += whole ?? characterWise(segment);
    }
    return result;
  };
  const normalize = (text: string): string => {
    let result = '';
    let from = 0;
    for (const { 0: joined, index } of text.matchAll(JOINED)) {
      result += characterWise(text.slice(from, index)) + byGraphemes(joined);
      from = index + joined.length;
    }
    return result + characterWise(text.slice(from));
  };
  return local(normalize, UNICODE_GROWTH);
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are removed
const USUALLY_REMOVED = /[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]/g;
const USUALLY_SPACES = /[\t\n\f\r\u00a0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u2581\u3000\ufeff\ufffd]/g;

/** SentencePiece's usual table (nmt_nfkc), nearly: for files whose own is left out. */
function usualCharsmap(text: string): string {
  const clean = text.replace(USUALLY_REMOVED, '').replace(USUALLY_SPACES, ' ');
  return clean
    .split('\uff5e')
    .map((part) => part.normalize('NFKC'))
    .join('\uff5e');
}

function replacer(file: ComponentFile): Normalizer {
  const pattern = patternOf(file.pattern);
  const content = textOf(file.content, 'replacement (content)');
  const growth = pattern.shortest > 0 ? Math.max(1, content.length / pattern.shortest) : 1 + content.length;
  return {
    normalize: (text) => {
      let result = '';
      let from = 0;
      for (const [start, end] of pattern.matches(text)) {
        result += text.slice(from, start) + content;
        from = end;
      }
      return from === 0 && result === '' ? text : result + text.slice(from);
    },
    isLocal:
      pattern.source === ' {2,}' ||
      (pattern.literal !== undefined && ![...pattern.literal].some(isWhiteSpace)),
    growth,
  };
}
