import { BytePairs, ID_LIMIT } from './byte-pairs.ts';
import { type TokenModel, type Vocabulary, WholeWords } from './token-model.ts';
import { type AddedTokenFile, type ComponentFile, isRecord, shown } from './tokenizer-file.ts';
import { Unigram } from './unigram.ts';
import { WordPiece } from './word-piece.ts';

/** Tokens by text and by id, while they are read. */
export interface MutableVocabulary extends Vocabulary {
  readonly ids: Map<string, number>;
  readonly tokens: Map<number, string>;
}

/** @throws Error naming an id that is not a whole number from 0 to {@link ID_LIMIT}. */
function checkId(id: unknown, token: string, where: string): number {
  if (Number.isInteger(id) && (id as number) >= 0 && (id as number) < ID_LIMIT) return id as number;
  const value = typeof id === 'number' ? String(id) : shown(id);
  throw new Error(
    `the id of ${shown(token)} in its ${where} is ${value}; ids are whole numbers from 0 to ${ID_LIMIT - 1}`,
  );
}

/** @throws Error if two tokens have one id, or one token two. */
function addTo({ ids, tokens }: MutableVocabulary, token: string, id: number): void {
  const other = tokens.get(id);
  if (other !== undefined && other !== token) {
    throw new Error(`${shown(other)} and ${shown(token)} have the same id, ${id}`);
  }
  const before = ids.get(token);
  if (before !== undefined && before !== id)
    throw new Error(`${shown(token)} has two ids, ${before} and ${id}`);
  ids.set(token, id);
  tokens.set(id, token);
}

function checkLength({ length }: string, where: string): void {
  if (length > LONGEST_PIECE) {
    throw new Error(
      `a token of its ${where} has ${length} characters; ${LONGEST_PIECE} is the most that is read`,
    );
  }
}

/** The vocabulary of the `model` in tokenizer.json. @throws Error naming a damaged part. */
export function vocabularyOf({ vocab }: ComponentFile): MutableVocabulary {
  const vocabulary: MutableVocabulary = { ids: new Map(), tokens: new Map() };
  if (Array.isArray(vocab)) {
    for (const [id, entry] of vocab.entries()) {
      const [token, score] = Array.isArray(entry) ? entry : [];
      if (typeof token !== 'string' || typeof score !== 'number' || !Number.isFinite(score)) {
        throw new Error(`entry ${id} of its vocabulary is ${shown(entry)}, no text with a score`);
      }
      checkLength(token, 'vocabulary');
      vocabulary.ids.set(token, id);
      vocabulary.tokens.set(id, token);
    }
  } else if (isRecord(vocab)) {
    for (const [token, id] of Object.entries(vocab))
      addTo(vocabulary, token, checkId(id, token, 'vocabulary'));
  } else {
    throw new Error(`its vocabulary is ${shown(vocab)}`);
  }
  return vocabulary;
}

/** Reads `added_tokens` into the vocabulary. @throws Error naming a damaged part. */
export function addedTokensOf(value: unknown, vocabulary: MutableVocabulary): AddedTokenFile[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error(`its added_tokens are ${shown(value)}, no list`);
  return value.map((entry) => {
    if (!isRecord(entry) || typeof entry.content !== 'string') {
      throw new Error(`one of its added_tokens is ${shown(entry)}`);
    }
    const { content } = entry;
    checkLength(content, 'added_tokens');
    const id = checkId(entry.id, content, 'added_tokens');
    addTo(vocabulary, content, id);
    const special = entry.special === true;
    return {
      id,
      content,
      special,
      single_word: entry.single_word === true,
      lstrip: entry.lstrip === true,
      rstrip: entry.rstrip === true,
      normalized: entry.normalized === undefined ? !special : entry.normalized === true,
    };
  });
}

/**
 * What is tried at every place of a text is bounded: characters of a word that is looked up piece by piece (published:
 * 100), of a piece (16), of an added token (some dozens).
 */
const LONGEST_WORD = 1000;
const LONGEST_PIECE = 512;

/** Kinds of models in tokenizer.json. */
export type ModelType = 'WordPiece' | 'Unigram' | 'BPE' | 'WordLevel';

function typeOf(model: ComponentFile): ModelType {
  const { type } = model;
  if (type === 'WordPiece' || type === 'Unigram' || type === 'BPE' || type === 'WordLevel') return type;
  if (type !== undefined && type !== null)
    throw new Error(`its model is of the type ${shown(type)}, which is not known`);
  if (Array.isArray(model.vocab)) return 'Unigram';
  if (model.merges !== undefined) return 'BPE';
  return model.continuing_subword_prefix === undefined ? 'WordLevel' : 'WordPiece';
}

/** The `model` of tokenizer.json. @throws Error naming a damaged part. */
export function modelOf(file: ComponentFile, vocabulary: Vocabulary): { type: ModelType; model: TokenModel } {
  const type = typeOf(file);
  return { type, model: create(type, file, vocabulary) };
}

function create(type: ModelType, file: ComponentFile, vocabulary: Vocabulary): TokenModel {
  switch (type) {
    case 'WordPiece': {
      const unknown = unknownOf(file, vocabulary);
      if (unknown === undefined)
        throw new Error(`its vocabulary lacks the unknown token ${shown(file.unk_token)}`);
      const { max_input_chars_per_word: longest = 100 } = file;
      if (!Number.isInteger(longest) || (longest as number) < 0 || (longest as number) > LONGEST_WORD) {
        throw new Error(
          `its max_input_chars_per_word is ${shown(longest)}; whole numbers up to ${LONGEST_WORD} are read`,
        );
      }
      const prefix = optionalText(file.continuing_subword_prefix, 'continuing_subword_prefix') ?? '##';
      return new WordPiece(vocabulary, { unknown, prefix, longestWord: longest as number });
    }
    case 'Unigram':
      return unigram(file, vocabulary);
    case 'BPE':
      return new BytePairs(vocabulary, {
        merges: mergesOf(file.merges),
        unknown: unknownOf(file, vocabulary),
        prefix: optionalText(file.continuing_subword_prefix, 'continuing_subword_prefix') ?? '',
        suffix: optionalText(file.end_of_word_suffix, 'end_of_word_suffix') ?? '',
        fuseUnknown: file.fuse_unk === true,
        byteFallback: file.byte_fallback === true,
        ignoreMerges: file.ignore_merges === true,
      });
    case 'WordLevel':
      return new WholeWords(vocabulary, unknownOf(file, vocabulary));
  }
}

function unigram(file: ComponentFile, vocabulary: Vocabulary): TokenModel {
  const entries = file.vocab;
  if (!Array.isArray(entries) || entries.length === 0)
    throw new Error('its vocabulary is empty or has no scores');
  const unknown = file.unk_id ?? undefined;
  if (unknown !== undefined && (!Number.isInteger(unknown) || !((unknown as number) in entries))) {
    throw new Error(`its unk_id is ${shown(unknown)}, which is not a position in its vocabulary`);
  }
  const scores = Float64Array.from(entries as [string, number][], ([, score]) => score);
  const pieces: Vocabulary = {
    ids: new Map((entries as [string, number][]).map(([token], id) => [token, id])),
    tokens: vocabulary.tokens,
  };
  return new Unigram(pieces, {
    scores,
    unknown: unknown as number | undefined,
    byteFallback: file.byte_fallback === true,
  });
}

const optionalText = (value: unknown, name: string): string | undefined => {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'string') throw new Error(`its ${name} is ${shown(value)}, no text`);
  return value;
};

/** The unknown token's id; undefined if it has none. */
function unknownOf({ unk_token: token }: ComponentFile, { ids }: Vocabulary): number | undefined {
  const text = optionalText(token, 'unk_token');
  return text === undefined ? undefined : ids.get(text);
}

function mergesOf(value: unknown): (readonly [string, string])[] {
  if (!Array.isArray(value)) throw new Error(`its merges are ${shown(value)}, no list`);
  return value.map((merge, index) => {
    const parts: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    if (!Array.isArray(parts) || parts.length !== 2 || parts.some((part) => typeof part !== 'string')) {
      throw new Error(`merge ${index} is ${shown(merge)}, not two tokens`);
    }
    return parts as unknown as readonly [string, string];
  });
}
