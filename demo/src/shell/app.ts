import {
  type CallOptions,
  type Capabilities,
  FoundationError,
  type LoadedModel,
  type ModelInfo,
  type SearchFoundation,
} from '@nearfield/spec';
import type { Passage, TextDocument } from '../search/passage.ts';
import { documentOf, readTextFile, UnreadableFileError } from '../search/read-files.ts';
import { type FoundPassage, type IndexingProgress, SearchSession } from '../search/session.ts';
import type { Span } from '../text/sentences.ts';
import { formatPlural } from './format.ts';
import { type ModelLoading, trackModel } from './model-progress.ts';
import { DEFAULT_BASE_URL } from './parameters.ts';
import { describeProblem, isAbort, type Place, type Problem, type ProblemOrigin } from './problems.ts';
import { hostOf, sameServer } from './server-address.ts';
import { Store } from './store.ts';
import type { Shared, Tabs } from './tabs.ts';

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

/** Something that happened, in a sentence. */
export interface Announcement {
  /** Counts up, so that the same sentence is noticed twice. */
  id: number;
  text: string;
}

/** What is known of the server of Remote by its last answer. */
export type Reach = 'unknown' | 'answered' | 'refused' | 'failed';

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
  /** Whether a run has just ended: said in its place until something is asked, so that nothing moves by itself. */
  justIndexed: boolean;
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
  /** The last sentence for screen readers. */
  announcement: Announcement;
  /** The sentence that is shown as well, for a while: what nothing else on the page says. */
  toast: Announcement | undefined;
  reach: Reach;
  /** The models that the server of Remote lists; undefined until it was asked. */
  serverModels: readonly ModelInfo[] | undefined;
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
  /** Milliseconds that a toast is shown. Default 6000. */
  toastTime?: number;
  /** Default: this tab is alone. */
  tabs?: Tabs;
}

/** Parts of indexing that screen readers hear of. */
const QUARTERS = [0.25, 0.5, 0.75] as const;

/** What an error says of the server; undefined where it may not have come from there. */
function reachOf(error: unknown): Reach | undefined {
  if (!FoundationError.isInstance(error)) return undefined;
  if (error.code === 'CONNECTION_FAILED' || error.code === 'RESPONSE_INVALID') return 'failed';
  if (error.code.startsWith('AUTH')) return 'refused';
  return undefined;
}

/** Everything the page can do, apart from how it looks. */
export class App extends Store<AppState> {
  readonly #connections: Connections;
  readonly #debounce: number;
  readonly #limit: number;
  readonly #toastTime: number;
  readonly #tabs: Tabs | undefined;
  readonly #watchers = new Set<(what: Shared) => void>();
  #toastTimer: ReturnType<typeof setTimeout> | undefined;
  /** Names of the models of the server are on their way. */
  #learning: AbortSignal | undefined;
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

  constructor({
    connections,
    models,
    baseUrl,
    debounce = 80,
    limit = 10,
    toastTime = 6000,
    tabs,
  }: AppOptions) {
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
      justIndexed: false,
      question: '',
      answers: undefined,
      answered: undefined,
      searching: false,
      timings: undefined,
      capabilities: {},
      stored: [],
      problems: [],
      announcement: { id: 0, text: '' },
      toast: undefined,
      reach: 'unknown',
      serverModels: undefined,
    });
    this.#connections = connections;
    this.#debounce = debounce;
    this.#limit = limit;
    this.#toastTime = toastTime;
    this.#tabs = tabs;
    tabs?.watch((what) => {
      if (what === 'storage') void this.refresh();
      for (const watcher of this.#watchers) watcher(what);
    });
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
    return mode === 'local' ? 'in this browser' : `at ${hostOf(remote.baseUrl)}`;
  }

  /** Where answers come from in the current mode: what to do about an error depends on it. */
  get where(): Place {
    const { mode, remote } = this.state;
    if (mode === 'local') return { where: 'here' };
    return {
      where: sameServer(remote.baseUrl, DEFAULT_BASE_URL) ? 'hosted' : 'server',
      host: hostOf(remote.baseUrl),
    };
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
   * @param options.empty whether the call was about no text at all
   * @param options.place where the answer was to come from; default: by the mode
   */
  report(error: unknown, origin: ProblemOrigin, { empty = false, place = this.where } = {}): void {
    this.noteAnswer(error, place);
    this.#addProblem(describeProblem(error, origin, { empty, place }));
  }

  /** Shows a problem. */
  show(problem: Problem): void {
    this.#addProblem(problem);
  }

  /** Notes that the server answered, or how it failed to. */
  noteAnswer(error?: unknown, { where } = this.where): void {
    if (where === 'here') return;
    const reach = error === undefined ? 'answered' : reachOf(error);
    if (reach !== undefined && reach !== this.state.reach) this.update({ reach });
  }

  /** Takes away the problems of earlier attempts. */
  forget(origin: ProblemOrigin): void {
    if (this.state.problems.some((problem) => problem.origin === origin)) {
      this.update({ problems: this.state.problems.filter((problem) => problem.origin !== origin) });
    }
  }

  /** Tells screen readers, and shows it for a while. */
  announce(text: string): void {
    this.announceQuietly(text);
    this.update({ toast: this.state.announcement });
    this.releaseToast();
  }

  /** Tells screen readers what the page shows anyway. */
  announceQuietly(text: string): void {
    this.update({ announcement: { id: this.state.announcement.id + 1, text } });
  }

  /** Keeps the toast while it is being read. */
  holdToast(): void {
    clearTimeout(this.#toastTimer);
  }

  /** Takes the toast away in a while. */
  releaseToast(): void {
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => this.update({ toast: undefined }), this.#toastTime);
  }

  /** Tells the other tabs that something they share was changed here. */
  shared(what: Shared): void {
    this.#tabs?.changed(what);
  }

  /** Calls back when another tab changed something that both share. */
  watchTabs(watcher: (what: Shared) => void): void {
    this.#watchers.add(watcher);
  }

  /**
   * Asks the server for its models, once for its settings. The hosted API's are known; without a key it would refuse.
   * A server that does not answer is no problem here: any name can be typed.
   */
  async learnModels(): Promise<void> {
    const { mode, remote, serverModels } = this.state;
    const signal = this.departure;
    if (mode !== 'remote' || serverModels || this.#learning === signal) return;
    if (this.where.where === 'hosted' && remote.apiKey === '') return;
    this.#learning = signal;
    try {
      const { data } = await this.foundation().models.list({ signal });
      if (!signal.aborted) this.update({ serverModels: data });
    } catch {
      if (this.#learning === signal) this.#learning = undefined;
    }
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
    this.announceQuietly(
      mode === 'local' ? 'Local: computed in this browser.' : `Remote: computed ${this.place}.`,
    );
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

  /** Adds documents and starts to index them. Those that are here already are left out by name. */
  async addDocuments(documents: readonly TextDocument[]): Promise<void> {
    this.forget('files');
    await this.#take(documents, []);
  }

  async addFiles(files: readonly File[]): Promise<void> {
    this.forget('files');
    const read = await Promise.allSettled(files.map(readTextFile));
    const documents = read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = read.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    const refused = failed.filter((reason) => reason instanceof UnreadableFileError);
    for (const reason of failed)
      if (!refused.includes(reason as UnreadableFileError)) this.report(reason, 'files');
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
    for (const document of documents) {
      const same = known.get(document.fingerprint);
      if (document.passages.length === 0) left.push(`${document.name} holds no text.`);
      else if (same !== undefined)
        left.push(
          same === document.name
            ? `${same} is here already.`
            : `${document.name} is here already, as ${same}.`,
        );
      else {
        known.set(document.fingerprint, document.name);
        added.push(document);
      }
    }
    if (left.length > 0) this.#addProblem(leftOut(left, added.length));
    if (added.length === 0) return;
    this.#setDocuments([...this.state.documents, ...added]);
    await this.index();
  }

  removeDocument(id: string): void {
    const removed = this.state.documents.find((document) => document.id === id);
    if (removed) this.announceQuietly(`${removed.name} is removed.`);
    this.#setDocuments(this.state.documents.filter((document) => document.id !== id));
    this.#refreshAnswers();
  }

  /** Embeds what the chosen model has not embedded yet. Only one run at a time. */
  async index(): Promise<void> {
    if (this.#indexing) return;
    const controller = new AbortController();
    const { signal } = controller;
    this.#indexing = controller;
    this.update({ justIndexed: false });
    this.forget('indexing');
    try {
      const session = this.#session();
      let before: number;
      let quarters = 0;
      // Documents that arrive meanwhile are found by another round.
      do {
        before = session.indexed;
        await session.index({
          signal,
          onProgress: (indexing) => {
            if (signal.aborted) return;
            const grown = session.indexed > this.state.indexed;
            this.update({ indexing, indexed: session.indexed });
            const reached = QUARTERS.filter((part) => indexing.done >= part * indexing.total).length;
            if (reached > quarters && indexing.done < indexing.total)
              this.announceQuietly(`${QUARTERS[reached - 1]! * 100} % indexed.`);
            quarters = Math.max(quarters, reached);
            if (grown) this.#refreshAnswers();
          },
          onEvent: (event) => {
            if (signal.aborted) return;
            this.update({ loading: trackModel(this.state.loading, event, performance.now()) });
            if (event.type === 'model-state' && event.state === 'ready') this.modelReady();
          },
        });
      } while (session.indexed < session.total && session.indexed > before);
      this.update({ lastRun: this.state.indexing, justIndexed: true });
      if (this.state.indexing?.passages) this.noteAnswer();
      this.announceQuietly(`${formatPlural(session.indexed, 'passage')} indexed.`);
    } catch (error) {
      if (isAbort(error)) this.announceQuietly('Indexing was stopped.');
      else this.report(error, 'indexing', { empty: this.state.total === 0 });
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

  /** Takes away that a run has ended. */
  hideIndexed(): void {
    this.update({ justIndexed: false });
  }

  dismiss(problem: Problem): void {
    this.update({ problems: this.state.problems.filter((other) => other !== problem) });
  }

  /** Finds out what is stored after a model became ready, and tells the other tabs. */
  modelReady(): void {
    void this.refresh();
    this.shared('storage');
  }

  async deleteStored(model?: string): Promise<void> {
    this.forget('storage');
    try {
      await this.deleteFiles(model);
    } catch (error) {
      this.report(error, 'storage', { place: { where: 'here' } });
    }
  }

  /**
   * Deletes the files of a model, or of all.
   * @throws FoundationError of the storage
   */
  async deleteFiles(model?: string): Promise<void> {
    if (this.state.mode === 'local') this.cancelIndexing();
    try {
      await this.local().storage.delete(model);
      this.update({ loading: undefined });
      this.announce(model === undefined ? 'All models are deleted.' : `${model} is deleted.`);
    } finally {
      await this.refresh();
      this.shared('storage');
    }
  }

  async keepStored(): Promise<void> {
    this.forget('storage');
    try {
      const kept = await this.local().storage.persist();
      this.announce(
        kept
          ? 'The browser will keep the models.'
          : 'The browser did not agree to keep the models. It may do so once this page is bookmarked or often used.',
      );
    } catch (error) {
      this.report(error, 'storage', { place: { where: 'here' } });
    }
    await this.#refreshCapabilities();
  }

  #askSoon(delay: number): void {
    this.#stopAsking();
    const question = this.state.question.trim();
    if (question === '') {
      this.#asked = undefined;
      this.forget('question');
      this.update({ answers: undefined, answered: undefined, timings: undefined });
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
      this.update({ searching: false, justIndexed: false });
      this.noteAnswer();
      this.announceQuietly(`${formatPlural(this.state.answers?.length ?? 0, 'passage')} found.`);
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
    this.update({ documents, justIndexed: false });
    this.#showCounts();
    if (passages.length > 0) return;
    // Nothing is left that could answer.
    this.#stopAsking();
    this.#asked = undefined;
    this.forget('indexing');
    this.forget('question');
    this.update({ answers: undefined, answered: undefined, timings: undefined });
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
    this.update({ reach: 'unknown', serverModels: undefined });
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
      justIndexed: false,
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
      if (!isAbort(error)) this.report(error, 'storage', { place: { where: 'here' } });
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

/** One card for all files that were left out. */
function leftOut(sentences: readonly string[], added: number): Problem {
  const [first = ''] = sentences;
  const one = sentences.length === 1;
  return {
    origin: 'files',
    code: 'UNEXPECTED',
    title: one ? 'A text was left out' : `${formatPlural(sentences.length, 'text')} were left out`,
    message: one ? first : 'These could not be added:',
    advice: added > 0 ? 'The others were added.' : 'Choose .txt, .md or .html files with text in them.',
    details: one ? undefined : sentences,
  };
}
