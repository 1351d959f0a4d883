/**
 * Tokenizers of the four kinds that the published models have, each as `tokenizer.json` and, written apart from it
 * from the algorithm's definition, as a function for the reference.
 */
import {
  BYTE_CHARACTERS,
  GPT2_WORDS,
  mergeWord,
  QWEN_PATTERN,
  QWEN_WORDS,
  toByteCharacters,
  trainMerges,
} from './byte-level.ts';
import { compileCharsmap, REPLACEMENTS } from './charsmap.ts';
import { CORPUS } from './corpus.ts';

/** A tokenizer in the hub's files, with its reference. */
export interface TinyTokenizer {
  readonly json: object;
  readonly config: object;
  readonly vocabulary: number;
  /** Ids of a text without special tokens around it. */
  bare(text: string): number[];
  /** Special tokens around one text. */
  readonly around: readonly [before: readonly number[], after: readonly number[]];
  /** Special tokens between and after the texts of a pair; before the first as for one text. */
  readonly pair: {
    readonly middle: readonly number[];
    readonly after: readonly number[];
    readonly type: number;
  };
  idOf(token: string): number;
}

interface AddedToken {
  readonly content: string;
  readonly special: boolean;
  /** Whether spaces before it belong to it, as for `<mask>`. */
  readonly lstrip?: boolean;
}

const added = (tokens: readonly AddedToken[], idOf: (token: string) => number): object[] =>
  tokens.map(({ content, special, lstrip = false }) => ({
    id: idOf(content),
    content,
    single_word: false,
    lstrip,
    rstrip: false,
    normalized: false,
    special,
  }));

const numbered = (tokens: readonly string[]): ((token: string) => number) => {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  return (token) => {
    const id = ids.get(token);
    if (id === undefined) throw new RangeError(`The vocabulary has no ${token}`);
    return id;
  };
};

/** A template of special tokens, as tokenizer.json spells it. `A` and `B` are the texts. */
function template(
  single: readonly string[],
  pair: readonly string[],
  idOf: (token: string) => number,
  types: 0 | 1 = 0,
): object {
  const spell = (pieces: readonly string[]): object[] => {
    let type = 0;
    return pieces.map((piece, index) => {
      if (piece === 'B') type = types;
      // What follows the second text belongs to its segment.
      if (piece === 'A' || piece === 'B') return { Sequence: { id: piece, type_id: type } };
      return { SpecialToken: { id: piece, type_id: pieces.indexOf('B') > index ? 0 : type } };
    });
  };
  const specials = [...new Set([...single, ...pair])].filter((piece) => piece !== 'A' && piece !== 'B');
  return {
    type: 'TemplateProcessing',
    single: spell(single),
    pair: spell(pair),
    special_tokens: Object.fromEntries(
      specials.map((token) => [token, { id: token, ids: [idOf(token)], tokens: [token] }]),
    ),
  };
}

/** Ranges of code points that BERT takes for Chinese characters, as Hugging Face's tokenisers have them. */
const CHINESE: readonly (readonly [first: number, last: number])[] = [
  [0x4e00, 0x9fff],
  [0x3400, 0x4dbf],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  // BERT's own list begins at U+2B820.
  [0x2b920, 0x2ceaf],
  [0xf900, 0xfaff],
  [0x2f800, 0x2fa1f],
];

/** Characters that are words of their own: punctuation, and Chinese ones. */
const standsAlone = (character: string): boolean => {
  const code = character.codePointAt(0)!;
  return (
    /[!-/:-@[-`{-~\p{P}]/u.test(character) || CHINESE.some(([first, last]) => code >= first && code <= last)
  );
};

const UNSEEN = /[\0\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cs}]/u;

/** BERT's basic cleaning: nothing that is not seen, and every white space a space. */
const cleaned = (text: string): string =>
  [...text]
    .filter((character) => /[\t\n\r]/.test(character) || !UNSEEN.test(character))
    .map((character) => (/\p{White_Space}/u.test(character) ? ' ' : character))
    .join('');

/** BERT's WordPiece, lower-casing. */
export function wordPiece(): TinyTokenizer {
  const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
  const words = [...new Set(CORPUS.toLowerCase().match(/[a-z]{3,}/g) ?? [])].filter(
    (_, index) => index % 2 === 0,
  );
  const vocabulary = [
    '[PAD]',
    '[unused0]',
    '[unused1]',
    '[UNK]',
    '[CLS]',
    '[SEP]',
    '[MASK]',
    ...[...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
    ...letters,
    ...letters.map((letter) => `##${letter}`),
    ...words,
    ...['ing', 'ed', 'er', 'tion', 's1'].map((ending) => `##${ending}`),
  ];
  const idOf = numbered(vocabulary);
  const known = new Set(vocabulary);
  const pieces = (word: string): string[] => {
    const found: string[] = [];
    for (let start = 0; start < word.length; ) {
      let end = word.length;
      const spelled = (): string => (start > 0 ? '##' : '') + word.slice(start, end);
      while (end > start && !known.has(spelled())) end--;
      if (end === start) return ['[UNK]'];
      found.push(spelled());
      start = end;
    }
    return found;
  };
  return {
    json: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added(
        ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map((content) => ({ content, special: true })),
        idOf,
      ),
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      post_processor: template(['[CLS]', 'A', '[SEP]'], ['[CLS]', 'A', '[SEP]', 'B', '[SEP]'], idOf, 1),
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      },
    },
    config: {
      tokenizer_class: 'BertTokenizer',
      do_lower_case: true,
      cls_token: '[CLS]',
      sep_token: '[SEP]',
      pad_token: '[PAD]',
      unk_token: '[UNK]',
      mask_token: '[MASK]',
      model_max_length: 512,
    },
    vocabulary: vocabulary.length,
    bare(text) {
      const apart = [...cleaned(text)]
        .map((character) => (standsAlone(character) ? ` ${character} ` : character))
        .join('');
      const plain = [...apart.normalize('NFD').replace(/\p{Mn}/gu, '')]
        .map((character) => character.toLowerCase())
        .join('');
      // What a character became can be punctuation too.
      const split = [...plain]
        .map((character) => (/[!-/:-@[-`{-~\p{P}]/u.test(character) ? ` ${character} ` : character))
        .join('');
      return split
        .split(/\p{White_Space}+/u)
        .filter(Boolean)
        .flatMap((word) => pieces(word).map(idOf));
    },
    around: [[idOf('[CLS]')], [idOf('[SEP]')]],
    pair: { middle: [idOf('[SEP]')], after: [idOf('[SEP]')], type: 1 },
    idOf,
  };
}

/** RoBERTa's byte-level BPE, as the wide-vocabulary v2 models and the v1 rerankers have it. */
export function robertaBpe(): TinyTokenizer {
  const merges = trainMerges(CORPUS, GPT2_WORDS, 120);
  const vocabulary = [
    ...['<s>', '<pad>', '</s>', '<unk>'],
    ...BYTE_CHARACTERS,
    ...new Set(merges.map(([left, right]) => left + right)),
    '<mask>',
  ];
  const idOf = numbered(vocabulary);
  const ranks = new Map(merges.map(([left, right], rank) => [`${left} ${right}`, rank]));
  return {
    json: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added(
        ['<s>', '<pad>', '</s>', '<unk>', '<mask>'].map((content) => ({
          content,
          special: true,
          lstrip: content === '<mask>',
        })),
        idOf,
      ),
      normalizer: null,
      pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      post_processor: {
        type: 'RobertaProcessing',
        sep: ['</s>', idOf('</s>')],
        cls: ['<s>', idOf('<s>')],
        trim_offsets: true,
        add_prefix_space: false,
      },
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: bpeModel(vocabulary, merges, '<unk>'),
    },
    config: {
      tokenizer_class: 'RobertaTokenizer',
      bos_token: '<s>',
      eos_token: '</s>',
      cls_token: '<s>',
      sep_token: '</s>',
      pad_token: '<pad>',
      unk_token: '<unk>',
      mask_token: { content: '<mask>', lstrip: true },
      model_max_length: 512,
    },
    vocabulary: vocabulary.length,
    bare: (text) => words(text, GPT2_WORDS).flatMap((word) => mergeWord(word, ranks).map(idOf)),
    around: [[idOf('<s>')], [idOf('</s>')]],
    pair: { middle: [idOf('</s>'), idOf('</s>')], after: [idOf('</s>')], type: 0 },
    idOf,
  };
}

const words = (text: string, pattern: RegExp): string[] => (text.match(pattern) ?? []).map(toByteCharacters);

const bpeModel = (
  vocabulary: readonly string[],
  merges: readonly (readonly [string, string])[],
  unknown: string | null,
): object => ({
  type: 'BPE',
  dropout: null,
  unk_token: unknown,
  continuing_subword_prefix: '',
  end_of_word_suffix: '',
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
  vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
  merges: merges.map(([left, right]) => `${left} ${right}`),
});

const CHARSMAP = compileCharsmap(REPLACEMENTS);

/** What SentencePiece's rules make of a text: short graphemes as a whole, others character by character. */
const replaced = (text: string): string =>
  [...new Intl.Segmenter('und').segment(text)]
    .map(({ segment }) => {
      const whole = new TextEncoder().encode(segment).length < 6 ? prefixReplaced(segment) : undefined;
      return whole ?? [...segment].map((character) => prefixReplaced(character) ?? character).join('');
    })
    .join('');

/** The replacement of the shortest beginning that has one: what follows is lost with it, as in the tokenisers. */
function prefixReplaced(text: string): string | undefined {
  const characters = [...text];
  for (let end = 1; end <= characters.length; end++) {
    const found = REPLACEMENTS.get(characters.slice(0, end).join(''));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** XLM-RoBERTa's SentencePiece Unigram, with ColBERT's markers after the mask token. */
export function xlmRoberta(): TinyTokenizer {
  const letters = [
    ...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789äöüéèñ.,;:!?\'"-()/&%$+=#@*_',
  ];
  const wordsOf = [...new Set(CORPUS.match(/\p{L}{2,}/gu) ?? [])];
  const scored: [string, number][] = [
    ['<s>', 0],
    ['<pad>', 0],
    ['</s>', 0],
    ['<unk>', 0],
    ['▁', -3.5],
    ...letters.map((letter, index): [string, number] => [letter, -9 - index / 100]),
    ...wordsOf
      .filter((_, index) => index % 2 === 0)
      .map((word, index): [string, number] => [`▁${word}`, -5 - index / 50]),
    ...['ing', 'er', 'es', 'en', 'tion', 'ed', 'he', 'th', 're'].map((piece, index): [string, number] => [
      piece,
      -6 - index / 10,
    ]),
    ['▁the', -4.01],
    ['▁th', -6.3],
    ['▁?', -7.7],
  ];
  const unique = scored.filter(([token], index) => scored.findIndex(([other]) => other === token) === index);
  const addedTokens = ['<mask>', '[QueryMarker]', '[DocumentMarker]'];
  const vocabulary = [...unique.map(([token]) => token), ...addedTokens];
  const idOf = numbered(vocabulary);
  const scores = new Map(unique.slice(4));
  const lowest = Math.min(...unique.map(([, score]) => score));
  return {
    json: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added(
        ['<s>', '<pad>', '</s>', '<unk>', ...addedTokens].map((content) => ({
          content,
          special: true,
          lstrip: content === '<mask>',
        })),
        idOf,
      ),
      normalizer: { type: 'Precompiled', precompiled_charsmap: CHARSMAP },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'WhitespaceSplit' },
          { type: 'Metaspace', replacement: '▁', add_prefix_space: true, prepend_scheme: 'always' },
        ],
      },
      post_processor: template(['<s>', 'A', '</s>'], ['<s>', 'A', '</s>', '</s>', 'B', '</s>'], idOf),
      decoder: { type: 'Metaspace', replacement: '▁', add_prefix_space: true, prepend_scheme: 'always' },
      model: { type: 'Unigram', unk_id: 3, vocab: unique },
    },
    config: {
      tokenizer_class: 'XLMRobertaTokenizer',
      bos_token: '<s>',
      eos_token: '</s>',
      cls_token: '<s>',
      sep_token: '</s>',
      pad_token: '<pad>',
      unk_token: '<unk>',
      mask_token: { content: '<mask>', lstrip: true },
      model_max_length: 512,
    },
    vocabulary: vocabulary.length,
    bare: (text) =>
      replaced(text)
        .split(/\p{White_Space}+/u)
        .filter(Boolean)
        .flatMap((word) => likeliest(`▁${word}`, scores, lowest - 10).map((token) => idOf(token ?? '<unk>'))),
    around: [[idOf('<s>')], [idOf('</s>')]],
    pair: { middle: [idOf('</s>'), idOf('</s>')], after: [idOf('</s>')], type: 0 },
    idOf,
  };
}

/** The segmentation with the largest sum of scores. Characters outside the vocabulary join to one unknown. */
function likeliest(
  word: string,
  scores: ReadonlyMap<string, number>,
  unknown: number,
): (string | undefined)[] {
  const characters = [...word];
  const best: { score: number; start: number; token: string | undefined }[] = [
    { score: 0, start: 0, token: '' },
  ];
  for (let end = 1; end <= characters.length; end++) {
    for (let start = 0; start < end; start++) {
      const token = characters.slice(start, end).join('');
      const own = scores.get(token) ?? (end - start === 1 ? unknown : undefined);
      if (own === undefined) continue;
      const score = best[start]!.score + own;
      if (!best[end] || score > best[end]!.score) {
        best[end] = { score, start, token: scores.has(token) ? token : undefined };
      }
    }
  }
  const tokens: (string | undefined)[] = [];
  for (let end = characters.length; end > 0; end = best[end]!.start) tokens.unshift(best[end]!.token);
  return tokens.filter(
    (token, index) => token !== undefined || tokens[index - 1] !== undefined || index === 0,
  );
}

/** Qwen's byte-level BPE: no special tokens around a text. */
export function qwenBpe(): TinyTokenizer {
  const specials = ['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<|embed_token|>', '<|rerank_token|>'];
  return byteLevelWith(specials, [], [], {
    tokenizer_class: 'Qwen2Tokenizer',
    pad_token: '<|endoftext|>',
    eos_token: '<|im_end|>',
    model_max_length: 131_072,
  });
}

/** The tokenizer of v5 nano, of Llama 3's kind: begin and end of text around a text. */
export function llamaBpe(): TinyTokenizer {
  const specials = ['<|begin_of_text|>', '<|end_of_text|>', '<|mask|>', '<|pad|>'];
  return byteLevelWith(specials, ['<|begin_of_text|>'], ['<|end_of_text|>'], {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: '<|begin_of_text|>',
    eos_token: '<|end_of_text|>',
    mask_token: '<|mask|>',
    pad_token: '<|pad|>',
    model_max_length: 512,
  });
}

function byteLevelWith(
  specials: readonly string[],
  before: readonly string[],
  after: readonly string[],
  config: object,
): TinyTokenizer {
  const merges = trainMerges(CORPUS, QWEN_WORDS, 220);
  const vocabulary = [
    ...BYTE_CHARACTERS,
    ...new Set(merges.map(([left, right]) => left + right)),
    ...specials,
  ];
  const idOf = numbered(vocabulary);
  const ranks = new Map(merges.map(([left, right], rank) => [`${left} ${right}`, rank]));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  const single = [...before, 'A', ...after];
  return {
    json: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added(
        specials.map((content) => ({ content, special: true })),
        idOf,
      ),
      normalizer: { type: 'NFC' },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Split', pattern: { Regex: QWEN_PATTERN }, behavior: 'Isolated', invert: false },
          byteLevel,
        ],
      },
      post_processor:
        single.length === 1
          ? byteLevel
          : {
              type: 'Sequence',
              processors: [byteLevel, template(single, [...single, ...before, 'B', ...after], idOf)],
            },
      decoder: byteLevel,
      model: bpeModel(vocabulary, merges, null),
    },
    config,
    vocabulary: vocabulary.length,
    bare(text) {
      const pattern = new RegExp(specials.map((token) => token.replace(/[|]/g, '\\|')).join('|'), 'g');
      const ids: number[] = [];
      let from = 0;
      const plain = (part: string): void => {
        for (const word of words(part.normalize('NFC'), QWEN_WORDS))
          ids.push(...mergeWord(word, ranks).map(idOf));
      };
      for (const { 0: token, index } of text.matchAll(pattern)) {
        plain(text.slice(from, index));
        ids.push(idOf(token));
        from = index + token.length;
      }
      plain(text.slice(from));
      return ids;
    },
    around: [before.map(idOf), after.map(idOf)],
    pair: { middle: [...after, ...before].map(idOf), after: after.map(idOf), type: 0 },
    idOf,
  };
}
