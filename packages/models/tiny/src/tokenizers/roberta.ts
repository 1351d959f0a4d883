import { BYTE_CHARACTERS, GPT2_WORDS, mergeWord, trainMerges } from '../byte-level.ts';
import { CORPUS } from '../corpus.ts';
import { added, bpeModel, numbered, type TinyTokenizer, words } from './shared.ts';

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
