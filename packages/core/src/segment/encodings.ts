import { FoundationError, type TokenizerName } from '@nearfield/spec';
import {
  CL100K_TOKEN_SPLIT_REGEX,
  O200K_TOKEN_SPLIT_REGEX,
  R50K_TOKEN_SPLIT_REGEX,
} from 'gpt-tokenizer/encodingParams/constants';
import { inBrowser } from '../environment.ts';
import { withWhiteSpace } from '../text/characters.ts';
import { BytePairEncoder, type Ranks } from './bpe.ts';

/** What an encoding is made of: the ranks, how text is cut into pieces, and its special tokens. */
interface EncodingDefinition {
  ranks(): Promise<{ default: Ranks }>;
  pattern: RegExp;
  /** As OpenAI's tiktoken lists them (`tiktoken_ext/openai_public.py`). */
  specialTokens: Readonly<Record<string, number>>;
}

const END_OF_TEXT = '<|endoftext|>';

const r50k = () => import('gpt-tokenizer/bpeRanks/r50k_base');
const p50k = () => import('gpt-tokenizer/bpeRanks/p50k_base');

const ENCODINGS: Record<TokenizerName, EncodingDefinition> = {
  cl100k_base: {
    ranks: () => import('gpt-tokenizer/bpeRanks/cl100k_base'),
    pattern: CL100K_TOKEN_SPLIT_REGEX,
    specialTokens: {
      [END_OF_TEXT]: 100257,
      '<|fim_prefix|>': 100258,
      '<|fim_middle|>': 100259,
      '<|fim_suffix|>': 100260,
      '<|endofprompt|>': 100276,
    },
  },
  o200k_base: {
    ranks: () => import('gpt-tokenizer/bpeRanks/o200k_base'),
    pattern: O200K_TOKEN_SPLIT_REGEX,
    specialTokens: { [END_OF_TEXT]: 199999, '<|endofprompt|>': 200018 },
  },
  p50k_base: { ranks: p50k, pattern: R50K_TOKEN_SPLIT_REGEX, specialTokens: { [END_OF_TEXT]: 50256 } },
  p50k_edit: {
    ranks: p50k,
    pattern: R50K_TOKEN_SPLIT_REGEX,
    specialTokens: {
      [END_OF_TEXT]: 50256,
      '<|fim_prefix|>': 50281,
      '<|fim_middle|>': 50282,
      '<|fim_suffix|>': 50283,
    },
  },
  r50k_base: { ranks: r50k, pattern: R50K_TOKEN_SPLIT_REGEX, specialTokens: { [END_OF_TEXT]: 50256 } },
  gpt2: { ranks: r50k, pattern: R50K_TOKEN_SPLIT_REGEX, specialTokens: { [END_OF_TEXT]: 50256 } },
};

/** An encoding ready for use. */
export interface LoadedEncoding {
  encoder: BytePairEncoder;
  specialTokens: ReadonlyMap<string, number>;
}

/**
 * Loads the ranks of one encoding: a chunk of its own in a bundle (gzip: cl100k_base 0.44 MB, o200k_base
 * 1.03 MB, the others 0.20 MB).
 * @throws FoundationError DOWNLOAD_FAILED if the chunk cannot be fetched.
 */
export async function loadEncoding(name: TokenizerName): Promise<LoadedEncoding> {
  const definition = ENCODINGS[name];
  try {
    const ranks = await definition.ranks();
    return {
      // JavaScript's `\s` has U+FEFF and lacks U+0085: OpenAI's patterns mean White_Space.
      encoder: new BytePairEncoder(ranks.default, withWhiteSpace(definition.pattern)),
      specialTokens: new Map(Object.entries(definition.specialTokens)),
    };
  } catch (cause) {
    throw new FoundationError({
      code: 'DOWNLOAD_FAILED',
      message: `The vocabulary of tokenizer '${name}' could not be loaded. ${
        inBrowser()
          ? 'Check that the page can fetch its own scripts'
          : 'Check that the package @nearfield/core is installed whole'
      }, then try again.`,
      param: 'tokenizer',
      cause,
    });
  }
}
