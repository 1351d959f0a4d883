import type { PlacedFile } from '../elements/dropped-files.ts';
import type { App, Side } from '../shell/app.ts';
import { EMBEDDED_MODEL, REMOTE_MODEL } from '../shell/model-choices.ts';
import { perApp } from '../shell/page-state.ts';
import { words } from '../words/language.ts';
import { type Choices, type SearchLink, sameChoices, toggled } from './filters/choices.ts';
import { LiveSearch } from './live-search.ts';
import type { TextDocument } from './passage.ts';
import { pdfReader } from './pdf-reader.ts';
import { documentOf } from './read-files.ts';
import { SAMPLE_ID } from './sample.ts';
import { type Answer, SENTENCES, type SearchSession } from './session.ts';
import { SearchSessions } from './sessions.ts';
import { newDocuments, readDocuments } from './take-documents.ts';

export interface SearchingOptions {
  /** Default: the model beside the page, and a hosted one. */
  models?: Record<Side, string>;
  /** Name under which the browser keeps texts and vectors of the model beside the page. Default: none, they go with it. */
  keep?: string | undefined;
  /** Milliseconds without a key before a question is asked. Default 80. */
  debounce?: number;
  /** Answers shown. Default 10. */
  limit?: number;
  /** Answers from the sample before anything is indexed. Default: nothing does. */
  sample?: typeof import('./sample-answers.ts').sampleAnswers | undefined;
}

/** Search over the visitor's texts by words and meaning. */
export class Searching extends LiveSearch<TextDocument, Answer, SearchSession> {
  readonly restored: Promise<void>;

  constructor(
    app: App,
    {
      models = { local: EMBEDDED_MODEL, remote: REMOTE_MODEL },
      keep,
      debounce = 80,
      limit = 10,
      sample,
    }: SearchingOptions = {},
  ) {
    super(app, {
      kind: 'texts',
      models,
      debounce,
      limit,
      marks: SENTENCES,
      sessions: (onChange) => new SearchSessions(app, { keptModel: models.local, keep, onChange }),
      idsOf: ({ passages }) => passages.map(({ id }) => id),
      idOf: ({ passage }) => passage.id,
      counted: (count) => words().counts.passages(count),
      ...(sample && {
        answerAhead: async (...question) => {
          await this.restored;
          const { documents } = this.state;
          // Of texts of one's own, nothing is known without their model.
          const isSample = documents.every(({ id }) => id === SAMPLE_ID);
          return isSample ? sample(...question) : undefined;
        },
      }),
    });
    this.restored = keep === undefined ? Promise.resolve() : this.restore();
  }

  /** Adds documents and starts to index them. Those that are here already are left out by name. */
  async addDocuments(documents: readonly TextDocument[]): Promise<void> {
    this.app.forget('files');
    await this.#take(documents, []);
  }

  /** Reads files and adds them. Those that cannot be used are named in one card. */
  async addFiles(files: readonly PlacedFile[]): Promise<void> {
    this.app.forget('files');
    const read = await this.reading.run(files.length, (options) =>
      readDocuments(files, pdfReader(this.app), options),
    );
    if (!read) return;
    for (const failure of read.failures) this.app.report(failure, 'files');
    await this.#take(read.documents, read.refused);
  }

  async addText(name: string, text: string): Promise<void> {
    await this.addDocuments([documentOf(name, text, true)]);
  }

  #take(documents: readonly TextDocument[], refused: readonly string[]): Promise<void> {
    const { added, left } = newDocuments(documents, this.state.documents);
    return this.take(added, [...refused, ...left]);
  }

  /** Adds a value that answers may have, or takes it away. */
  toggleFilter(name: string, value: string): void {
    this.setFilters(toggled(this.state.filters, name, value));
  }

  setFilters(filters: Choices): void {
    if (!sameChoices(filters, this.state.filters)) this.narrow(filters);
  }

  /** Takes question and filters of an address. */
  follow({ question, filters }: SearchLink): void {
    this.setFilters(filters);
    if (question !== this.state.question.trim()) this.setQuestion(question);
  }
}

export const searchingOf = perApp(
  (app) =>
    new Searching(app, {
      keep: 'demo',
      sample: async (...question) => (await import('./sample-answers.ts')).sampleAnswers(...question),
    }),
);
