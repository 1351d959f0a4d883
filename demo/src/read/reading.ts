import type { CallOptions, Page, ReadRequest } from '@nearfield/spec';
import { ADDRESS_TYPE } from '../app/arrivals-store.ts';
import type { Answerer } from '../shell/answerer.ts';
import type { App } from '../shell/app.ts';
import { formatCount } from '../shell/format.ts';
import { type Asked, PageState, perApp } from '../shell/page-state.ts';
import { Stopwatch } from '../shell/stopwatch.ts';
import { splitPassages } from '../text/passages.ts';
import { words } from '../words/language.ts';
import { base64Of } from './base64.ts';
import { SAMPLE_HTML, SAMPLE_QUESTION } from './sample.ts';

/** Where a document comes from. */
export type Source = 'paste' | 'file' | 'address';

/** Largest file in bytes: as base64 it is held several times over. */
const MAX_FILE_BYTES = 32_000_000;

/** The reranker beside the page. */
const RERANKER = 'minilm-reranker';

/** Passages that are shown for a question. */
const SHOWN_PASSAGES = 5;

/** A document that was read, and how. */
interface Read extends Asked {
  page: Page;
  links: readonly [text: string, url: string][];
  answerer: Answerer;
  took: number;
  tokens: number;
}

/** Passages of a document for a question, best first. */
interface Ranking {
  question: string;
  passages: readonly { headings: readonly string[]; text: string; score: number }[];
  /** All passages of the document. */
  total: number;
  took: number;
  tokens: number;
}

interface ReadState {
  source: Source;
  html: string;
  file: File | undefined;
  address: string;
  question: string;
  result: Read | undefined;
  ranking: Ranking | undefined;
}

/** A page or document as Markdown, and the passages of it that answer a question. */
export class Reading extends PageState<ReadState> {
  constructor(app: App) {
    super(app, 'read', {
      source: 'paste',
      html: SAMPLE_HTML,
      file: undefined,
      address: '',
      question: SAMPLE_QUESTION,
      result: undefined,
      ranking: undefined,
    });
  }

  /** What is asked for, in a form that can be compared. */
  get asked(): string {
    const { source, html, file, address } = this.state;
    const which = { paste: html, file: file && [file.name, file.size, file.lastModified], address };
    return JSON.stringify([this.app.state.mode, source, which[source]]);
  }

  /** Takes a file that was chosen or dropped, and reads it. */
  async take(file: File): Promise<void> {
    this.gaps.check({});
    this.update({ source: 'file', file });
    await this.read();
  }

  /**
   * Takes what arrived from outside: a document is read, an address waits in its field for a press, as only that lets it
   * leave this browser.
   */
  async receive(files: readonly File[]): Promise<void> {
    const file = files.findLast(({ type }) => type !== ADDRESS_TYPE);
    if (file) return this.take(file);
    const address = await files.at(-1)?.text();
    if (address !== undefined) this.update({ source: 'address', address });
  }

  /** @returns false where something is missing, which is said at its field */
  async read(): Promise<boolean> {
    const { source, html, file, address } = this.state;
    const { asked } = this;
    const text = words().read;
    const fits = this.gaps.check({
      'read-html': source === 'paste' && html.trim() === '' && text.noHtml,
      'read-file':
        source === 'file' &&
        (!file
          ? text.noFile
          : file.size > MAX_FILE_BYTES &&
            text.largeFile(file.name, `${formatCount(MAX_FILE_BYTES / 1e6)} MB`)),
      'read-address': source === 'address' && addressGap(address),
    });
    if (!fits) return false;
    const done = await this.call.run(async (foundation, options) => {
      const document: ReadRequest =
        source === 'paste'
          ? { html }
          : source === 'file'
            ? { file: await base64Of(file!) }
            : { url: address.trim() };
      const watch = new Stopwatch();
      const response = await foundation.read({ ...document, withLinksSummary: 'all' }, watch.around(options));
      return { response, took: watch.elapsed };
    });
    if (!done) return true;
    const { response, took } = done;
    const { data: page, meta } = response;
    const answerer = this.app.answererOf(response);
    const tokens = page.usage?.tokens ?? meta?.usage?.tokens ?? 0;
    this.update({
      result: { page, links: linksOf(page), answerer, took, tokens, asked },
      ranking: undefined,
    });
    const said = words().read;
    this.app.announceQuietly(page.title ? said.announced(page.title) : said.announcedUntitled);
    return true;
  }

  /** Ranks the passages of what was read by a question, in this browser whatever the mode. */
  async ask(): Promise<boolean> {
    const { result } = this.state;
    const question = this.state.question.trim();
    if (!this.gaps.check({ 'read-question': question === '' && words().read.noQuestion })) return false;
    if (!result) return true;
    const passages = splitPassages(result.page.content, { markdown: true });
    const ranking = await this.call.run((_, options) => this.#rank(question, passages, options));
    if (!ranking) return true;
    this.update({ ranking });
    this.app.announceQuietly(words().read.found(ranking.passages.length));
    return true;
  }

  async #rank(
    question: string,
    all: ReturnType<typeof splitPassages>,
    options: CallOptions,
  ): Promise<Ranking> {
    if (all.length === 0) return { question, passages: [], total: 0, took: 0, tokens: 0 };
    const watch = new Stopwatch();
    const documents = all.map(({ headings, text }) => [...headings, text].join('\n'));
    const { results, usage } = await this.app
      .local()
      .rerank(
        { model: RERANKER, query: question, documents, top_n: SHOWN_PASSAGES, return_documents: false },
        watch.around(options),
      );
    const passages = results.map(({ index, relevance_score: score }) => ({ ...all[index]!, score }));
    return { question, passages, total: all.length, took: watch.elapsed, tokens: usage.total_tokens };
  }

  protected override dropResult(): void {
    this.update({ ranking: undefined });
  }
}

/** What is wrong with the address of a page; false where nothing is. */
function addressGap(address: string): string | false {
  const typed = address.trim();
  if (typed === '') return words().read.noAddress;
  if (URL.canParse(typed) && /^https?:$/u.test(new URL(typed).protocol)) return false;
  return words().read.scheme;
}

/** The links of a page that lead to other pages, each address once. */
function linksOf({ links = [] }: Page): [text: string, url: string][] {
  const pairs = Array.isArray(links) ? links : Object.entries(links);
  const found = new Map<string, string>();
  for (const [text, url] of pairs)
    if (/^https?:\/\//iu.test(url) && !found.has(url)) found.set(url, text.trim());
  return [...found].map(([url, text]) => [text === '' ? url : text, url]);
}

export const readingOf = perApp((app) => new Reading(app));
