import { FoundationError, type TokenizerName } from '@nearfield/spec';
import {
  CL100K_TOKEN_SPLIT_REGEX,
  O200K_TOKEN_SPLIT_REGEX,
  R50K_TOKEN_SPLIT_REGEX,
} from 'gpt-tokenizer/encodingParams/constants';
import { inBrowser } from '../environment.ts';
import { withWhiteSpace } from '../text/characters.ts';
import { BytePairEncoder } from './bpe.ts';
import type { RankName, RankSource } from './ranks.ts';

/** Parts of an encoding: the ranks, the pattern that cuts text into pieces, and its special tokens. */
interface EncodingDefinition {
  ranks: RankName;
  pattern: RegExp;
  /** As OpenAI's tiktoken lists them (`tiktoken_ext/openai_public.py`). */
  specialTokens: Readonly<Record<string, number>>;
}

const END_OF_TEXT = '<|endoftext|>';

const ENCODINGS: Record<TokenizerName, EncodingDefinition> = {
  cl100k_base: {
    ranks: 'cl100k_base',
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
    ranks: 'o200k_base',
    pattern: O200K_TOKEN_SPLIT_REGEX,
    specialTokens: { [END_OF_TEXT]: 199999, '<|endofprompt|>': 200018 },
  },
  p50k_base: { ranks: 'p50k_base', pattern: R50K_TOKEN_SPLIT_REGEX, specialTokens: { [END_OF_TEXT]: 50256 } },
  p50k_edit: {
    ranks: 'p50k_base',
    pattern: R50K_TOKEN_SPLIT_REGEX,
    specialTokens: {
      [END_OF_TEXT]: 50256,
      '<|fim_prefix|>': 50281,
      '<|fim_middle|>': 50282,
      '<|fim_suffix|>': 50283,
    },
  },
  r50k_base: { ranks: 'r50k_base', pattern: R50K_TOKEN_SPLIT_REGEX, specialTokens: { [END_OF_TEXT]: 50256 } },
  gpt2: { ranks: 'r50k_base', pattern: R50K_TOKEN_SPLIT_REGEX, specialTokens: { [END_OF_TEXT]: 50256 } },
};

/** An encoding ready for use. */
export interface LoadedEncoding {
  encoder: BytePairEncoder;
  specialTokens: ReadonlyMap<string, number>;
}

/**
 * Loads the ranks of one encoding.
 * @throws FoundationError DOWNLOAD_FAILED if the chunk cannot be fetched.
 */
export async function loadEncoding(name: TokenizerName, source: RankSource): Promise<LoadedEncoding> {
  const definition = ENCODINGS[name];
  try {
    const ranks = await source[definition.ranks]();
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
