import { CORPUS } from '../corpus.ts';
import { added, numbered, type TinyTokenizer, template } from './shared.ts';

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
      // The replacement of a character can be punctuation too.
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
