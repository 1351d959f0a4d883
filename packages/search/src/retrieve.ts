/** Passages for a language model, within a budget of tokens. */
import type { FoundDocument, FoundPassage, SearchAnswer, SearchOptions } from './answers.ts';
import { invalid } from './errors.ts';

/** An index of any kind. */
export interface Searchable {
  /** Documents for a query, the best first. */
  search(query: string, options?: SearchOptions): Promise<SearchAnswer>;
}

/** Options of `retrieve()`. */
export interface RetrieveOptions
  extends Pick<SearchOptions, 'filters' | 'keywords' | 'meaning' | 'rerank' | 'weights' | 'signal'> {
  /** Tokens that the text may have. */
  readonly tokens: number;
  /** Documents that passages are taken from. @default 20 */
  readonly documents?: number;
  /**
   * Counts the tokens of a text as the language model does.
   * @default an estimate that is rarely too low: see {@link estimateTokens}
   */
  readonly countTokens?: (text: string) => number | Promise<number>;
}

/** Source of passages; the text names it by its number. */
export interface Source extends Pick<FoundDocument, 'id' | 'title' | 'url' | 'breadcrumbs'> {
  /** From 1. */
  readonly number: number;
}

/** A passage of the text, with the number of its source. */
export interface RetrievedPassage extends Pick<FoundPassage, 'headings' | 'anchor' | 'text' | 'score'> {
  /** Number of its source. */
  readonly source: number;
}

/** Result of `retrieve()`: a text for a prompt, and its parts. */
export interface Retrieved {
  /** All passages with their sources' titles, headings and addresses, for a prompt. */
  readonly text: string;
  /** Tokens of the text. */
  readonly tokens: number;
  /** In the order of the text: by source, the best source first. */
  readonly passages: readonly RetrievedPassage[];
  readonly sources: readonly Source[];
}

const DOCUMENTS = 20;
/** Share of a passage's words in fives that another one has, from which on it adds nothing. */
const SAME = 0.8;
const SHINGLE = 5;

/**
 * The passages that answer a question, for the prompt of a language model: the best first, as many as fit, none that
 * repeats another.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED for a budget that is none; what `search()` throws.
 * @example
 * const { text, sources } = await retrieve(index, 'how do I keep bread fresh', { tokens: 1500 });
 * const prompt = `Answer from these sources and name them by number.\n\n${text}\n\nQuestion: …`;
 */
export async function retrieve(
  index: Searchable,
  question: string,
  { tokens, documents = DOCUMENTS, countTokens = estimateTokens, ...options }: RetrieveOptions,
): Promise<Retrieved> {
  if (!(tokens >= 1)) throw invalid('tokens', '`tokens` is the most that the text may have: 1 or more.');
  const { results } = await index.search(question, { ...options, limit: documents });
  const candidates = results
    .flatMap((document) => document.passages.map((passage) => ({ document, passage })))
    .filter(({ passage }) => passage.text.trim() !== '')
    .sort((left, right) => right.passage.score - left.passage.score);
  const chosen = new Map<FoundDocument, FoundPassage[]>();
  const seen: ReadonlySet<string>[] = [];
  let used = 0;
  for (const { document, passage } of candidates) {
    options.signal?.throwIfAborted();
    const shingles = shinglesOf(passage.text);
    if (seen.some((other) => isSame(shingles, other))) continue;
    const before = chosen.get(document);
    const number = before === undefined ? chosen.size + 1 : [...chosen.keys()].indexOf(document) + 1;
    const heading = before === undefined ? headingOf(number, document) : '';
    const cost = await countTokens(`${heading}${passageText(document, passage)}`);
    // A shorter one that is less good may still fit.
    if (used + cost > tokens) continue;
    used += cost;
    seen.push(shingles);
    chosen.set(document, [...(before ?? []), passage]);
  }
  const sources: Source[] = [];
  const passages: RetrievedPassage[] = [];
  const parts: string[] = [];
  for (const [document, found] of chosen) {
    const { id, title, url, breadcrumbs } = document;
    const source = sources.length + 1;
    sources.push({ number: source, id, title, url, breadcrumbs });
    parts.push(headingOf(source, document) + found.map((each) => passageText(document, each)).join(''));
    for (const { headings, anchor, text, score } of found) {
      passages.push({ source, headings, anchor, text, score });
    }
  }
  const text = parts.join('').trimEnd();
  return { text, tokens: text === '' ? 0 : await countTokens(text), passages, sources };
}

function headingOf(number: number, { title, url, breadcrumbs }: FoundDocument): string {
  const name = [...breadcrumbs, title].filter((part) => part !== '').join(' › ');
  return `[${number}] ${name}${url === '' ? '' : ` (${url})`}\n\n`;
}

function passageText({ title }: FoundDocument, { headings, text }: FoundPassage): string {
  const path = headings.filter((heading) => heading !== title).join(' › ');
  return `${path === '' ? '' : `${path}\n`}${text.trim()}\n\n`;
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Hangul}]/gu;

/**
 * Tokens of a text, about: a word is as many as it has letters by four, rounded up, a mark is one, and so is each
 * character of scripts without spaces. Tokenisers of current language models make fewer of prose, seldom more.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  const spaced = text.replace(UNSPACED, () => {
    tokens++;
    return ' ';
  });
  for (const [run] of spaced.matchAll(/[\p{L}\p{N}\p{M}]+|[^\s\p{L}\p{N}\p{M}]/gu)) {
    tokens += Math.ceil(run.length / 4);
  }
  return tokens;
}

function shinglesOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const shingles = new Set<string>();
  for (let at = 0; at <= Math.max(0, words.length - SHINGLE); at++) {
    shingles.add(words.slice(at, at + SHINGLE).join(' '));
  }
  return shingles;
}

function isSame(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  const [small, large] = left.size <= right.size ? [left, right] : [right, left];
  let shared = 0;
  for (const shingle of small) if (large.has(shingle)) shared++;
  return shared >= SAME * small.size;
}
