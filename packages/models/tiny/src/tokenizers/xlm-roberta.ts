import { compileCharsmap, REPLACEMENTS } from '../charsmap.ts';
import { CORPUS } from '../corpus.ts';
import { added, numbered, type TinyTokenizer, template } from './shared.ts';

const CHARSMAP = compileCharsmap(REPLACEMENTS);

/** Applies SentencePiece's rules to a text: to short graphemes as a whole, to others character by character. */
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
