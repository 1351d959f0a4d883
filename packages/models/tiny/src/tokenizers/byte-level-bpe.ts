import { BYTE_CHARACTERS, mergeWord, QWEN_PATTERN, QWEN_WORDS, trainMerges } from '../byte-level.ts';
import { CORPUS } from '../corpus.ts';
import { added, bpeModel, numbered, type TinyTokenizer, template, words } from './shared.ts';

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
