/** Documents → the files of a static index. See docs/search-format.md. */
import { ENGLISH, type Language } from './analysis/analyser.ts';
import { languageIdOf, languagesOf } from './analysis/languages.ts';
import { IndexWriter } from './build/index-writer.ts';
import { keywordsOf, termBlocks } from './build/keywords.ts';
import { type EmbeddingProgress, type MeaningSource, meaningOf } from './build/meaning.ts';
import { passagesOf } from './documents/passages.ts';
import type { SourceDocument } from './documents/types.ts';
import { invalid } from './errors.ts';
import { FORMAT_VERSION, MANIFEST, type Manifest } from './format/manifest.ts';
import { manifestId } from './format/manifest-id.ts';
import { NO_TOKENS, tokenBlocks } from './meaning/token-order.ts';
import { writeStart } from './resident.ts';
import { textBlocks } from './text-blocks.ts';

export type { MeaningSource, VectorStore } from './build/meaning.ts';

/** Options of `buildIndex()`. */
export interface BuildOptions {
  readonly documents: readonly SourceDocument[];
  /** Language of documents that do not name theirs. @default English */
  readonly language?: Language;
  /** Languages that documents may name, besides that one, English and those of `loadLanguage()`. */
  readonly languages?: readonly Language[];
  /** UTF-16 units that a passage has at most. @default 900 */
  readonly mostLetters?: number;
  /** Without it the index finds by keywords alone. */
  readonly meaning?: MeaningSource;
  /** Hears how many of the passages that have to be embedded are. */
  readonly onProgress?: EmbeddingProgress;
  readonly signal?: AbortSignal;
}

/** At most so many files of a kind, however large the site: all kinds together stay under 60. */
const MOST = { terms: 12, titles: 8, texts: 16 } as const;
/** A file holds at least this much, so that small sites have few: bytes of terms and texts, documents. */
const LEAST = { terms: 16_384, titles: 512, texts: 16_384 } as const;

/**
 * The files of an index by name: `manifest.json` and what it lists.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED for two documents with one id or a table of another model; whatever
 *   the foundation throws.
 */
export async function buildIndex(options: BuildOptions): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { language = ENGLISH, mostLetters, meaning, onProgress, signal } = options;
  const documents = withLanguages(options.documents);
  refuseRepeatedIds(documents);
  const passages = passagesOf(documents, mostLetters);
  const writer = new IndexWriter();
  const languages = await languagesOfDocuments(documents, language, options.languages);
  const { postings, words, lengths } = keywordsOf(
    documents,
    passages,
    ({ language: tag }) => languages.find(({ id }) => id === idOf(tag, language, options.languages))!,
  );
  const found =
    meaning === undefined || passages.length === 0
      ? undefined
      : await meaningOf(meaning, documents, passages, new Set(words), writer, { signal, onProgress });
  const { first, blocks } = termBlocks(postings);
  const tokens = found?.tokens ?? NO_TOKENS;
  const rare = tokenBlocks(tokens);
  const terms = await writer.addBlocks('terms', [...blocks, ...rare.blocks], {
    least: LEAST.terms,
    most: MOST.terms,
  });
  const texts = await writer.addBlocks('texts', textBlocks(documents, passages), {
    least: LEAST.texts,
    most: MOST.texts,
  });
  const start = writeStart({
    documents,
    passages,
    lengths,
    words,
    terms: { first, firstTokens: rare.first, lengths: terms.lengths },
    texts: { lengths: texts.lengths },
    tokens,
  });
  const rest = {
    format: 'nearfield-search',
    version: FORMAT_VERSION,
    language: languages[0]!.id,
    languages: languages.map(({ id }) => id),
    documents: documents.length,
    passages: passages.length,
    files: {
      start: await writer.addPacked('start', start),
      terms: terms.files,
      texts: texts.files,
      titles: await titlesOf(documents, writer),
    },
    ...(found === undefined ? {} : { meaning: found.manifest }),
  } as const;
  const manifest = { id: await manifestId(rest), ...rest } satisfies Manifest;
  writer.files.set(MANIFEST, new TextEncoder().encode(JSON.stringify(manifest)));
  return writer.files;
}

/** Documents of several languages can be filtered by them: `{ language: ['de'] }`. */
function withLanguages(documents: readonly SourceDocument[]): readonly SourceDocument[] {
  const tags = new Set(documents.flatMap(({ language }) => (language === undefined ? [] : [language])));
  if (tags.size < 2) return documents;
  return documents.map((document) =>
    document.language === undefined || Object.hasOwn(document.filters, 'language')
      ? document
      : { ...document, filters: { ...document.filters, language: [document.language] } },
  );
}

/** The id of the language that a document is analysed as. */
const idOf = (tag: string | undefined, language: Language, given: readonly Language[] = []): string =>
  tag === undefined
    ? language.id
    : ([language, ...given].find(({ id }) => id === tag)?.id ?? languageIdOf(tag));

/** Languages of documents, the most frequent first. */
async function languagesOfDocuments(
  documents: readonly SourceDocument[],
  language: Language,
  given: readonly Language[] = [],
): Promise<Language[]> {
  const uses = new Map<string, number>();
  for (const { language: tag } of documents) {
    const id = idOf(tag, language, given);
    uses.set(id, (uses.get(id) ?? 0) + 1);
  }
  const ids = [...uses.keys()].sort((left, right) => uses.get(right)! - uses.get(left)!);
  return languagesOf(ids.length > 0 ? ids : [language.id], [language, ...given]);
}

function refuseRepeatedIds(documents: readonly SourceDocument[]): void {
  const ids = new Set<string>();
  for (const { id } of documents) {
    if (ids.has(id)) throw invalid('documents', `Two documents have the id "${id}". Give each its own.`);
    ids.add(id);
  }
}

async function titlesOf(
  documents: readonly SourceDocument[],
  writer: IndexWriter,
): Promise<Manifest['files']['titles']> {
  const titles: Manifest['files']['titles'][number][] = [];
  const size = Math.max(LEAST.titles, Math.ceil(documents.length / MOST.titles));
  for (let first = 0; first < documents.length; first += size) {
    const rows = documents
      .slice(first, first + size)
      .map(({ id, title, url, breadcrumbs }) => [id, title, url, breadcrumbs]);
    const bytes = new TextEncoder().encode(JSON.stringify(rows));
    titles.push({ ...(await writer.addPacked('titles', bytes)), first });
  }
  return titles;
}
