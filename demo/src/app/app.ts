import type { CallOptions, Capabilities, LoadedModel, SearchFoundation } from '@nearfield/spec';
import type { Passage, TextDocument } from '../search/passage.ts';
import { type FoundPassage, type IndexingProgress, SearchSession } from '../search/session.ts';
import type { Span } from '../text/sentences.ts';
import { formatPlural } from './format.ts';
import { type ModelLoading, trackModel } from './model-progress.ts';
import { describeProblem, isAbort, type Problem, type ProblemOrigin } from './problems.ts';
import { documentOf, readTextFile, UnreadableFileError } from './read-files.ts';
import { Store } from './store.ts';

export type Mode = 'local' | 'remote';

/** A passage among the answers, with the sentence that fits best once it is known. */
export interface Answer extends FoundPassage {
  sentence?: Span | undefined;
}

/** Milliseconds of the last question. */
interface Timings {
  embed: number;
  search: number;
}

/** One model's share of the browser's storage. */
interface StoredModel {
  model: string;
  bytes: number;
  complete: boolean;
}

export interface RemoteSettings {
  /** Kept in memory only. */
  apiKey: string;
  baseUrl: string;
}

export interface AppState {
  mode: Mode;
  models: Record<Mode, string>;
  remote: RemoteSettings;
  documents: readonly TextDocument[];
  /** Passages of all documents, and those of them that the chosen model has embedded. */
  total: number;
  indexed: number;
  indexing: IndexingProgress | undefined;
  /** The last finished run of indexing with the chosen model. */
  lastRun: IndexingProgress | undefined;
  loading: ModelLoading | undefined;
  question: string;
  /** Undefined until a question was answered. */
  answers: readonly Answer[] | undefined;
  /** The question that the answers belong to; while a new one is on its way, the one before. */
  answered: string | undefined;
  searching: boolean;
  timings: Timings | undefined;
  capabilities: Partial<Record<Mode, Capabilities>>;
  stored: readonly StoredModel[];
  problems: readonly Problem[];
  /** A sentence for screen readers. */
  announcement: string;
}

/** One file of an exported model, such as `onnx/model_quantized.onnx`. */
interface ModelFile {
  path: string;
  blob: Blob;
}

/** The cache of a local foundation. */
interface ModelStorage {
  usage(): Promise<StoredModel[]>;
  delete(model?: string): Promise<void>;
  persist(): Promise<boolean>;
  export(model: string, options?: CallOptions): Promise<ModelFile[]>;
  import(model: string, files: Iterable<File>, options?: CallOptions): Promise<string[]>;
}

/** What only a local foundation has. */
export interface LocalConnection {
  foundation: SearchFoundation;
  storage: ModelStorage;
  /** Downloads and prepares a model, and checks it. */
  load(model: string, options?: CallOptions): Promise<LoadedModel>;
  /** Frees a model's memory; its files stay stored. */
  unload(model: string): Promise<void>;
}

/** How the app gets its foundations: the only place where Local and Remote differ. */
export interface Connections {
  local(): LocalConnection;
  remote(settings: RemoteSettings): SearchFoundation;
}

export interface AppOptions {
  connections: Connections;
  models: Record<Mode, string>;
  baseUrl: string;
  /** Milliseconds without a key before a question is asked. Default 80. */
  debounce?: number;
  /** Answers shown. Default 10. */
  limit?: number;
}

/** Everything the page can do, apart from how it looks. */
export class App extends Store<AppState> {
  readonly #connections: Connections;
  readonly #debounce: number;
  readonly #limit: number;
  readonly #sessions = new Map<string, SearchSession>();
  #local: LocalConnection | undefined;
  #remote: { settings: RemoteSettings; foundation: SearchFoundation } | undefined;
  #departure = new AbortController();
  #indexing: AbortController | undefined;
  #asking: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #highlighting: AbortController | undefined;
  /** The last question that was embedded, to search again while indexing goes on. */
  #asked: { session: SearchSession; question: string; vector: Float32Array; embed: number } | undefined;

  constructor({ connections, models, baseUrl, debounce = 80, limit = 10 }: AppOptions) {
    super({
      mode: 'local',
      models,
      remote: { apiKey: '', baseUrl },
      documents: [],
      total: 0,
      indexed: 0,
      indexing: undefined,
      lastRun: undefined,
      loading: undefined,
      question: '',
      answers: undefined,
      answered: undefined,
      searching: false,
      timings: undefined,
      capabilities: {},
      stored: [],
      problems: [],
      announcement: '',
    });
    this.#connections = connections;
    this.#debounce = debounce;
    this.#limit = limit;
  }

  /** The model of the current mode. */
  get model(): string {
    return this.state.models[this.state.mode];
  }

  /** Aborted when another foundation takes over: mode, server or key were changed. */
  get departure(): AbortSignal {
    return this.#departure.signal;
  }

  /** Where the current foundation computes, for the end of a sentence. */
  get place(): string {
    const { mode, remote } = this.state;
    if (mode === 'local') return 'in this browser';
    return `at ${URL.canParse(remote.baseUrl) ? new URL(remote.baseUrl).host : remote.baseUrl}`;
  }

  /** The foundation of the current mode, made when it is first needed. */
  foundation(): SearchFoundation {
    if (this.state.mode === 'local') return this.local().foundation;
    const settings = this.state.remote;
    if (this.#remote?.settings !== settings) {
      void this.#remote?.foundation.close();
      this.#remote = { settings, foundation: this.#connections.remote(settings) };
    }
    return this.#remote.foundation;
  }

  /** The foundation of this browser and what only it has. */
  local(): LocalConnection {
    this.#local ??= this.#connections.local();
    return this.#local;
  }

  /**
   * Shows an error in words.
   * @param empty whether the call was about no text at all
   */
  report(error: unknown, origin: ProblemOrigin, empty = false): void {
    this.#addProblem(describeProblem(error, origin, empty));
  }

  /** Takes away the problems of earlier attempts. */
  forget(origin: ProblemOrigin): void {
    if (this.state.problems.some((problem) => problem.origin === origin)) {
      this.update({ problems: this.state.problems.filter((problem) => problem.origin !== origin) });
    }
  }

  /** Tells screen readers. */
  announce(announcement: string): void {
    this.update({ announcement });
  }

  /** Finds out where the current foundation computes, and what is stored. */
  async refresh(): Promise<void> {
    await Promise.all([this.#refreshCapabilities(), this.#refreshStorage()]);
  }

  setMode(mode: Mode): void {
    if (mode === this.state.mode) return;
    this.#depart();
    this.#leave();
    this.update({ mode });
    this.#arrive();
    void this.#refreshCapabilities();
  }

  setModel(model: string): void {
    const name = model.trim();
    if (name === '' || name === this.model) return;
    this.#leave();
    this.update({ models: { ...this.state.models, [this.state.mode]: name } });
    this.#arrive();
  }

  setRemote(changes: Partial<RemoteSettings>): void {
    const remote = { ...this.state.remote, ...changes };
    const { apiKey, baseUrl } = this.state.remote;
    if (remote.apiKey === apiKey && remote.baseUrl === baseUrl) return;
    this.#depart();
    this.#leave();
    this.update({ remote });
    if (this.state.mode === 'remote') this.#arrive();
  }

  /** Adds documents and starts to index them. */
  async addDocuments(documents: readonly TextDocument[]): Promise<void> {
    this.#setDocuments([...this.state.documents, ...documents]);
    await this.index();
  }

  async addFiles(files: readonly File[]): Promise<void> {
    this.forget('files');
    const read = await Promise.allSettled(files.map(readTextFile));
    const documents = read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = read.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    for (const reason of failed) {
      if (reason instanceof UnreadableFileError) {
        this.#addProblem({
          origin: 'files',
          code: 'UNEXPECTED',
          title: 'A file was left out',
          message: reason.message,
          advice: 'The other files were added.',
        });
      } else this.report(reason, 'files');
    }
    if (documents.length > 0) await this.addDocuments(documents);
  }

  async addText(name: string, text: string): Promise<void> {
    await this.addDocuments([documentOf(name, text, true)]);
  }

  removeDocument(id: string): void {
    this.#setDocuments(this.state.documents.filter((document) => document.id !== id));
    this.#refreshAnswers();
  }

  /** Embeds what the chosen model has not embedded yet. Only one run at a time. */
  async index(): Promise<void> {
    if (this.#indexing) return;
    const controller = new AbortController();
    const { signal } = controller;
    this.#indexing = controller;
    this.forget('indexing');
    try {
      const session = this.#session();
      let before: number;
      // Documents that arrive meanwhile are found by another round.
      do {
        before = session.indexed;
        await session.index({
          signal,
          onProgress: (indexing) => {
            if (signal.aborted) return;
            const grown = session.indexed > this.state.indexed;
            this.update({ indexing, indexed: session.indexed });
            if (grown) this.#refreshAnswers();
          },
          onEvent: (event) => {
            if (signal.aborted) return;
            this.update({ loading: trackModel(this.state.loading, event, performance.now()) });
            if (event.type === 'model-state' && event.state === 'ready') void this.refresh();
          },
        });
      } while (session.indexed < session.total && session.indexed > before);
      this.update({
        lastRun: this.state.indexing,
        announcement: `${formatPlural(session.indexed, 'passage')} indexed.`,
      });
    } catch (error) {
      if (isAbort(error)) this.update({ announcement: 'Indexing was stopped.' });
      else this.report(error, 'indexing', this.state.total === 0);
    } finally {
      if (this.#indexing === controller) {
        this.#indexing = undefined;
        // A model whose loading was cut short is no longer on its way.
        if (this.state.loading?.took === undefined) this.update({ loading: undefined });
        this.update({ indexing: undefined });
        this.#showCounts();
      }
    }
  }

  /** Stops indexing. What is embedded stays and can be searched. */
  cancelIndexing(): void {
    this.#indexing?.abort();
  }

  /** Takes the question as it is being typed. */
  setQuestion(question: string): void {
    if (question === this.state.question) return;
    this.update({ question });
    this.#askSoon(this.#debounce);
  }

  dismiss(problem: Problem): void {
    this.update({ problems: this.state.problems.filter((other) => other !== problem) });
  }

  async deleteStored(model?: string): Promise<void> {
    if (!this.#local) return;
    this.forget('storage');
    this.cancelIndexing();
    try {
      await this.#local.storage.delete(model);
      this.update({ loading: undefined, announcement: 'Deleted.' });
    } catch (error) {
      this.report(error, 'storage');
    }
    await this.refresh();
  }

  async keepStored(): Promise<void> {
    this.forget('storage');
    try {
      const kept = await this.local().storage.persist();
      this.update({
        announcement: kept
          ? 'The browser will keep the models.'
          : 'The browser did not agree to keep the models.',
      });
    } catch (error) {
      this.report(error, 'storage');
    }
    await this.#refreshCapabilities();
  }

  #askSoon(delay: number): void {
    this.#stopAsking();
    const question = this.state.question.trim();
    if (question === '') {
      this.#asked = undefined;
      this.forget('question');
      this.update({ answers: undefined, answered: undefined, timings: undefined, announcement: '' });
      return;
    }
    if (this.state.indexed === 0) return;
    this.update({ searching: true });
    this.#timer = setTimeout(() => void this.#ask(question), delay);
  }

  #stopAsking(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#highlighting?.abort();
    this.update({ searching: false });
  }

  async #ask(question: string): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#asking = controller;
    try {
      const session = this.#session();
      const started = performance.now();
      const vector = await session.embedQuestion(question, signal);
      signal.throwIfAborted();
      this.forget('question');
      this.#asked = { session, question, vector, embed: performance.now() - started };
      this.#rank();
      this.update({
        searching: false,
        announcement: `${formatPlural(this.state.answers?.length ?? 0, 'passage')} found.`,
      });
      void this.#highlight();
    } catch (error) {
      if (signal.aborted) return;
      this.#asked = undefined;
      this.update({ searching: false, answers: undefined, answered: undefined, timings: undefined });
      this.report(error, 'question');
    }
  }

  /** Finds the nearest passages to the last question among those that are indexed now. */
  #rank(): void {
    if (!this.#asked) return;
    const { session, question, vector, embed } = this.#asked;
    const started = performance.now();
    const found = session.search(vector, this.#limit);
    const search = performance.now() - started;
    this.update({
      timings: { embed, search },
      answered: question,
      answers: found.map((answer) => ({ ...answer, sentence: session.bestSentence(vector, answer.passage) })),
    });
  }

  /** Finds the best sentences of the answers. The answers can be read without, so a failure is not reported. */
  async #highlight(): Promise<void> {
    if (!this.#asked || !this.state.answers) return;
    this.#highlighting?.abort();
    const controller = new AbortController();
    this.#highlighting = controller;
    const passages = this.state.answers.map(({ passage }) => passage);
    try {
      await this.#asked.session.embedSentences(passages, controller.signal);
    } catch {
      return;
    }
    if (!controller.signal.aborted) this.#rank();
  }

  /** Answers the question again after passages came or went. */
  #refreshAnswers(): void {
    if (this.state.question.trim() === '' || this.state.searching) return;
    if (this.#asked) {
      this.#rank();
      void this.#highlight();
    } else if (!this.state.problems.some(({ origin }) => origin === 'question')) this.#askSoon(0);
  }

  #setDocuments(documents: readonly TextDocument[]): void {
    const passages = documents.flatMap((document) => document.passages);
    for (const session of this.#sessions.values()) session.setPassages(passages);
    this.update({ documents });
    this.#showCounts();
  }

  get #passages(): readonly Passage[] {
    return this.state.documents.flatMap((document) => document.passages);
  }

  /** The session of the current mode, server and model. Others are kept, so that switching back is immediate. */
  #session(): SearchSession {
    const { mode, remote } = this.state;
    const id = JSON.stringify(mode === 'local' ? [mode, this.model] : [mode, this.model, remote.baseUrl]);
    let session = this.#sessions.get(id);
    if (!session) {
      session = new SearchSession(this.foundation(), this.model, this.#passages);
      this.#sessions.set(id, session);
    }
    session.foundation = this.foundation();
    return session;
  }

  #depart(): void {
    this.#departure.abort();
    this.#departure = new AbortController();
  }

  /** Stops what runs for the current session. */
  #leave(): void {
    this.#indexing?.abort();
    this.#indexing = undefined;
    this.#stopAsking();
    this.#asked = undefined;
    this.update({
      indexing: undefined,
      lastRun: undefined,
      loading: undefined,
      answers: undefined,
      answered: undefined,
      timings: undefined,
      problems: this.state.problems.filter(({ origin }) => origin === 'files'),
    });
  }

  /** Shows the session that is current now, and answers the question that is already there. */
  #arrive(): void {
    this.#showCounts();
    if (this.state.question.trim() !== '') this.#askSoon(this.#debounce);
  }

  #showCounts(): void {
    const total = this.#passages.length;
    let indexed = 0;
    try {
      indexed = total === 0 ? 0 : this.#session().indexed;
    } catch (error) {
      this.report(error, 'device');
    }
    this.update({ total, indexed });
  }

  async #refreshCapabilities(): Promise<void> {
    const { mode } = this.state;
    this.forget('device');
    try {
      const capabilities = await this.foundation().capabilities();
      this.update({ capabilities: { ...this.state.capabilities, [mode]: capabilities } });
    } catch (error) {
      if (!isAbort(error)) this.report(error, 'device');
    }
  }

  async #refreshStorage(): Promise<void> {
    try {
      this.update({ stored: await this.local().storage.usage() });
    } catch (error) {
      if (!isAbort(error)) this.report(error, 'storage');
    }
  }

  #addProblem(problem: Problem): void {
    // The same trouble met twice, by the question and by indexing, is said once.
    const others = this.state.problems.filter(
      (other) => other.code !== problem.code || other.message !== problem.message,
    );
    this.update({ problems: [...others, problem] });
  }
}
