import type { CallOptions } from '@nearfield/spec';
import type { App, Side } from '../shell/app.ts';
import { EMBEDDED_MODEL, REMOTE_MODEL } from '../shell/model-choices.ts';
import { ModelPageState, perApp } from '../shell/page-state.ts';
import { isAbort } from '../shell/problems.ts';
import { words } from '../words/language.ts';
import { Asking, type AskingState, NO_ANSWERS } from './asking.ts';
import { leftOut } from './left-out.ts';
import type { Passage, TextDocument } from './passage.ts';
import { pdfReader } from './pdf-reader.ts';
import { documentOf, readTextFile, UnreadableFileError } from './read-files.ts';
import type { IndexingProgress, SearchSession } from './session.ts';
import { SearchSessions } from './sessions.ts';

interface SearchState extends AskingState {
  models: Record<Side, string>;
  documents: readonly TextDocument[];
  /** Passages of all documents, and those of them that the chosen model has embedded. */
  total: number;
  indexed: number;
  indexing: IndexingProgress | undefined;
  /** The last finished run of indexing with the chosen model. */
  lastRun: IndexingProgress | undefined;
  /** Milliseconds that the chosen model took to load, if indexing loaded it. */
  loadTook: number | undefined;
  /** Whether a run has just ended: said in its place until something is asked, so that nothing moves by itself. */
  justIndexed: boolean;
}

export interface SearchingOptions {
  /** Default: the model beside the page, and a hosted one. */
  models?: Record<Side, string>;
  /** Name under which the browser keeps texts and vectors of the model beside the page. Default: none, they go with it. */
  keep?: string | undefined;
  /** Milliseconds without a key before a question is asked. Default 80. */
  debounce?: number;
  /** Answers shown. Default 10. */
  limit?: number;
}

/** Parts of indexing that screen readers hear of. */
const QUARTERS = [0.25, 0.5, 0.75] as const;

/** Search over the visitor's texts by words and meaning: `call` indexes them, while questions are asked. */
export class Searching extends ModelPageState<SearchState> {
  readonly #sessions: SearchSessions;
  /** Resolves once the texts of an earlier visit are here. */
  readonly restored: Promise<void>;
  readonly #asking: Asking;

  constructor(
    app: App,
    {
      models = { local: EMBEDDED_MODEL, remote: REMOTE_MODEL },
      keep,
      debounce = 80,
      limit = 10,
    }: SearchingOptions = {},
  ) {
    super(app, 'indexing', {
      models,
      documents: [],
      total: 0,
      indexed: 0,
      indexing: undefined,
      lastRun: undefined,
      loadTook: undefined,
      justIndexed: false,
      question: '',
      searching: false,
      ...NO_ANSWERS,
    });
    this.#sessions = new SearchSessions(app, {
      keptModel: models.local,
      keep,
      onChange: (isKept) => {
        this.#showCounts();
        if (isKept) void this.#follow().catch(() => undefined);
      },
    });
    this.#asking = new Asking(app, {
      debounce,
      limit,
      state: () => this.state,
      update: (changes) => this.update(changes),
      session: () => this.#session(),
      model: () => this.model,
    });
    app.watch((event) => {
      if (event === 'switched') {
        this.#leave();
        this.#arrive();
      } else if (app.side === 'local') {
        this.cancelIndexing();
        this.update({ loadTook: undefined });
      }
    });
    this.restored = keep === undefined ? Promise.resolve() : this.#restore();
  }

  /** Shows the texts that the browser kept. What is not indexed yet waits for a press: it may load a model. */
  async #restore(): Promise<void> {
    try {
      const documents = await this.#sessions.kept().kept();
      const here = new Set(this.state.documents.map(({ id }) => id));
      const all = [...documents.filter(({ id }) => !here.has(id)), ...this.state.documents];
      if (documents.length > 0) await this.#setDocuments(all);
    } catch (error) {
      this.app.report(error, 'files');
    }
  }

  /** Another tab has added or removed texts. */
  async #follow(): Promise<void> {
    if (!(await this.#sessions.kept().isChanged())) return;
    await this.#setDocuments(await this.#sessions.kept().kept());
    await this.#asking.refresh();
  }

  /** The model of the index: in Auto that of this browser, whoever embeds with it. */
  override get model(): string {
    return this.state.models[this.app.side];
  }

  override setModel(model: string, side?: Side): void {
    const before = this.model;
    super.setModel(model, side);
    if (this.model === before) return;
    this.#leave();
    this.app.forgetAll();
    this.#arrive();
  }

  /** Adds documents and starts to index them. Those that are here already are left out by name. */
  async addDocuments(documents: readonly TextDocument[]): Promise<void> {
    this.app.forget('files');
    await this.#take(documents, []);
  }

  async addFiles(files: readonly File[]): Promise<void> {
    this.app.forget('files');
    const read = await Promise.allSettled(files.map((file) => readTextFile(file, pdfReader(this.app))));
    const documents = read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = read.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    const refused = failed.filter((reason) => reason instanceof UnreadableFileError);
    for (const reason of failed)
      if (!refused.includes(reason as UnreadableFileError)) this.app.report(reason, 'files');
    await this.#take(
      documents,
      refused.map(({ message }) => message),
    );
  }

  async addText(name: string, text: string): Promise<void> {
    await this.addDocuments([documentOf(name, text, true)]);
  }

  /** Adds the documents that are not here yet, and says of the others why they were left out. */
  async #take(documents: readonly TextDocument[], refused: readonly string[]): Promise<void> {
    const known = new Map(this.state.documents.map(({ fingerprint, name }) => [fingerprint, name]));
    const added: TextDocument[] = [];
    const left = [...refused];
    const texts = words().search.leftOut;
    for (const document of documents) {
      const same = known.get(document.fingerprint);
      if (document.passages.length === 0) left.push(texts.noText(document.name));
      else if (same !== undefined)
        left.push(same === document.name ? texts.same(same) : texts.sameAs(document.name, same));
      else {
        known.set(document.fingerprint, document.name);
        // Read ahead or just now: what counts is when it came in.
        added.push({ ...document, added: Date.now() + added.length });
      }
    }
    if (left.length > 0) this.app.show(leftOut(left, added.length));
    if (added.length === 0) return;
    await this.restored;
    if (await this.#setDocuments([...this.state.documents, ...added])) await this.index();
  }

  async removeDocument(id: string): Promise<void> {
    const removed = this.state.documents.find((document) => document.id === id);
    if (removed) this.app.announceQuietly(words().search.collection.removed(removed.name));
    const gone = new Set(removed?.passages.map((passage) => passage.id));
    const answers = this.state.answers?.filter(({ passage }) => !gone.has(passage.id));
    if (answers) this.update({ answers });
    await this.#setDocuments(
      this.state.documents.filter((document) => document.id !== id),
      [...gone],
    );
    await this.#asking.refresh();
  }

  /** All texts and their vectors, as a file. */
  async export(): Promise<Blob | undefined> {
    try {
      return await this.#session().export();
    } catch (error) {
      this.app.report(error, 'files');
      return undefined;
    }
  }

  /** Adds the texts of an exported file. Vectors of the same model need not be made again. */
  async import(file: File): Promise<void> {
    this.app.forget('files');
    await this.restored;
    try {
      const session = this.#session();
      await session.import(file);
      const known = new Set(this.state.documents.map(({ id }) => id));
      const added = (await session.kept()).filter(({ id }) => !known.has(id));
      await this.#setDocuments([...this.state.documents, ...added]);
      this.app.announce(words().search.collection.came(words().search.texts(added.length), file.name));
    } catch (error) {
      this.app.report(error, 'files');
      return;
    }
    await this.index();
  }

  /** Embeds what the chosen model has not embedded yet. Only one run at a time. */
  async index(): Promise<void> {
    if (this.state.indexing) return;
    this.update({ justIndexed: false });
    const { total, indexed } = this.state;
    if (total > 0 && indexed === total) {
      // Nothing is sent, so nothing is learned of a server either.
      this.app.forget(this.origin);
      this.#showIndexed(undefined);
      return;
    }
    const work = async (options: CallOptions): Promise<void> => {
      try {
        await this.#embedPassages(this.#session(), options);
        this.#showIndexed(this.state.indexing);
      } catch (error) {
        if (isAbort(error)) this.app.announceQuietly(words().search.indexing.stopped);
        throw error;
      } finally {
        // Whoever aborts it also shows that it has stopped: another run may be on its way by now.
        if (!options.signal?.aborted) this.#showStopped();
      }
    };
    await this.call.run((_, options) => work(options), { empty: total === 0 });
  }

  async #embedPassages(session: SearchSession, options: CallOptions): Promise<void> {
    const { signal } = options;
    let before: number;
    let quarters = 0;
    /** Passages that the answers were last looked for among. */
    let answering = session.indexed;
    // Documents that arrive meanwhile are found by another round.
    do {
      before = session.indexed;
      await session.embed({
        signal,
        onProgress: (indexing) => {
          if (signal?.aborted) return;
          const grown = session.indexed > answering;
          answering = session.indexed;
          this.update({ indexing, indexed: session.indexed });
          const reached = QUARTERS.filter((part) => indexing.done >= part * indexing.total).length;
          if (reached > quarters && indexing.done < indexing.total)
            this.app.announceQuietly(words().search.indexing.reached(`${QUARTERS[reached - 1]! * 100} %`));
          quarters = Math.max(quarters, reached);
          if (grown) void this.#asking.refresh();
        },
        onEvent: (event) => {
          options.onProgress?.(event);
          if (event.type !== 'work-progress' && !signal?.aborted)
            this.update({ loadTook: this.call.state.loading?.took });
        },
      });
    } while (session.indexed < session.total && session.indexed > before);
  }

  /** Stops indexing. What is embedded stays and can be searched. */
  cancelIndexing(): void {
    if (!this.state.indexing) return;
    this.call.cancel();
    this.#showStopped();
  }

  /** Takes away that a run has ended. */
  hideIndexed(): void {
    this.update({ justIndexed: false });
  }

  /** Takes the question as it is being typed. */
  setQuestion(question: string): void {
    if (question === this.state.question) return;
    this.update({ question });
    this.#asking.soon();
  }

  #showIndexed(lastRun: IndexingProgress | undefined): void {
    this.#showCounts();
    this.update({ lastRun, justIndexed: true });
    this.app.announceQuietly(words().search.indexing.indexed(words().counts.passages(this.state.indexed)));
  }

  #showStopped(): void {
    this.update({ indexing: undefined });
    this.#showCounts();
  }

  /** @returns whether they are stored */
  async #setDocuments(documents: readonly TextDocument[], removed: readonly string[] = []): Promise<boolean> {
    this.update({ documents, justIndexed: false });
    this.#showCounts();
    if (documents.length === 0) {
      // Nothing is left that could answer.
      this.#asking.end();
      this.app.forget('indexing');
      this.app.forget('question');
    }
    const sessions = this.#sessions.written(this.model);
    try {
      await Promise.all([...sessions].map((session) => session.setDocuments(documents, removed)));
      return true;
    } catch (error) {
      this.app.report(error, 'files');
      return false;
    } finally {
      this.#showCounts();
    }
  }

  get #passages(): readonly Passage[] {
    return this.state.documents.flatMap((document) => document.passages);
  }

  #session(): SearchSession {
    return this.#sessions.current(this.model);
  }

  /** Stops what runs for the session before. */
  #leave(): void {
    this.call.cancel();
    this.#asking.end();
    this.update({ indexing: undefined, lastRun: undefined, loadTook: undefined, justIndexed: false });
  }

  /** Shows the session that is current now, and answers the question that is already there. */
  #arrive(): void {
    this.#showCounts();
    // What came or went since the page was left.
    const written = this.#session().setDocuments(this.state.documents);
    written.then(
      () => this.#showCounts(),
      (error: unknown) => this.app.report(error, 'files'),
    );
    if (this.state.question.trim() !== '') this.#asking.soon();
  }

  #showCounts(): void {
    const total = this.#passages.length;
    let indexed = 0;
    try {
      indexed = total === 0 ? 0 : Math.min(total, this.#session().indexed);
    } catch (error) {
      this.app.report(error, 'device');
    }
    this.update({ total, indexed });
  }
}

export const searchingOf = perApp((app) => new Searching(app, { keep: 'demo' }));
