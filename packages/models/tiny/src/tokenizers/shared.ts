/**
 * Tokenizers of the four kinds that the published models have, each as `tokenizer.json` and, written apart from it
 * from the algorithm's definition, as a function for the reference. This is what the kinds share.
 */
import { toByteCharacters } from '../byte-level.ts';

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

export const added = (tokens: readonly AddedToken[], idOf: (token: string) => number): object[] =>
  tokens.map(({ content, special, lstrip = false }) => ({
    id: idOf(content),
    content,
    single_word: false,
    lstrip,
    rstrip: false,
    normalized: false,
    special,
  }));

export const numbered = (tokens: readonly string[]): ((token: string) => number) => {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  return (token) => {
    const id = ids.get(token);
    if (id === undefined) throw new RangeError(`The vocabulary has no ${token}`);
    return id;
  };
};

/** A template of special tokens, as tokenizer.json spells it. `A` and `B` are the texts. */
export function template(
  single: readonly string[],
  pair: readonly string[],
  idOf: (token: string) => number,
  types: 0 | 1 = 0,
): object {
  const spell = (pieces: readonly string[]): object[] => {
    let type = 0;
    return pieces.map((piece, index) => {
      if (piece === 'B') type = types;
      // Tokens after the second text belong to its segment.
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

/** The words of a text, in the characters that stand for bytes. */
export const words = (text: string, pattern: RegExp): string[] =>
  (text.match(pattern) ?? []).map(toByteCharacters);

export const bpeModel = (
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
