import type { LocalFoundation, ModelUsage } from '@nearfield/core';
import { type Capabilities, FoundationError, type ModelInfo, type SearchFoundation } from '@nearfield/spec';
import type { Connections, RemoteSettings } from './connections.ts';
import { DEFAULT_BASE_URL } from './parameters.ts';
import type { ProblemOrigin } from './problem-origin.ts';
import { describeProblem, isAbort, type Place, type Problem } from './problems.ts';
import { hostOf, sameServer } from './server-address.ts';
import { Store } from './store.ts';
import type { Shared, Tabs } from './tabs.ts';

export type Mode = 'local' | 'remote';

/** Something that happened, in a sentence. */
export interface Announcement {
  /** Counts up, so that the same sentence is noticed twice. */
  id: number;
  text: string;
}

/** What is known of the server of Remote by its last answer. */
export type Reach = 'unknown' | 'answered' | 'refused' | 'closed' | 'failed';

export interface AppState {
  mode: Mode;
  remote: RemoteSettings;
  capabilities: Partial<Record<Mode, Capabilities>>;
  /** What this browser keeps of the models. */
  stored: readonly ModelUsage[];
  problems: readonly Problem[];
  /** The last sentence for screen readers. */
  announcement: Announcement;
  /** The sentence that is shown as well, for a while: what nothing else on the page says. */
  toast: Announcement | undefined;
  reach: Reach;
  /** The models that the server of Remote lists; undefined until it was asked. */
  serverModels: readonly ModelInfo[] | undefined;
}

/**
 * What pages hear of at once, before anything else happens: another foundation took over, or model files of this browser
 * are about to be deleted.
 */
export type AppEvent = 'switched' | 'deleting';

export interface AppOptions {
  connections: Connections;
  baseUrl: string;
  /** Milliseconds that a toast is shown. Default 6000. */
  toastTime?: number;
  /** Default: this tab is alone. */
  tabs?: Tabs;
}

/** What an error says of the server; undefined where it may not have come from there. */
function reachOf(error: unknown): Reach | undefined {
  if (!FoundationError.isInstance(error)) return undefined;
  if (error.code === 'CONNECTION_FAILED' || error.code === 'RESPONSE_INVALID') return 'failed';
  if (error.code === 'AUTHZ_HOST_NOT_ALLOWED' || error.code === 'AUTHZ_ORIGIN_NOT_ALLOWED') return 'closed';
  if (error.code.startsWith('AUTH')) return 'refused';
  return undefined;
}

/**
 * What all pages share: the foundation of the current mode, what is known of it and of this browser's storage, problems,
 * and what is told to the visitor. It knows no page.
 */
export class App extends Store<AppState> {
  readonly #connections: Connections;
  readonly #toastTime: number;
  readonly #tabs: Tabs | undefined;
  readonly #watchers = new Set<(event: AppEvent) => void>();
  readonly #tabWatchers = new Set<(what: Shared) => void>();
  #toastTimer: ReturnType<typeof setTimeout> | undefined;
  /** Names of the models of the server are on their way. */
  #learning: AbortSignal | undefined;
  #local: LocalFoundation | undefined;
  #remote: { settings: RemoteSettings; foundation: SearchFoundation } | undefined;
  #departure = new AbortController();

  constructor({ connections, baseUrl, toastTime = 6000, tabs }: AppOptions) {
    super({
      mode: 'local',
      remote: { apiKey: '', baseUrl },
      capabilities: {},
      stored: [],
      problems: [],
      announcement: { id: 0, text: '' },
      toast: undefined,
      reach: 'unknown',
      serverModels: undefined,
    });
    this.#connections = connections;
    this.#toastTime = toastTime;
    this.#tabs = tabs;
    tabs?.watch((what) => {
      if (what === 'storage') void this.refresh();
      for (const watcher of this.#tabWatchers) watcher(what);
    });
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
    if (this.state.mode === 'local') return this.local();
    const settings = this.state.remote;
    if (this.#remote?.settings !== settings) {
      void this.#remote?.foundation.close();
      this.#remote = { settings, foundation: this.#connections.remote(settings) };
    }
    return this.#remote.foundation;
  }

  /** The foundation of this browser, whatever the mode: models and storage are its own. */
  local(): LocalFoundation {
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

  /** Takes away the problems that were of another foundation or model. Files are as unreadable as before. */
  forgetAll(): void {
    this.update({ problems: this.state.problems.filter(({ origin }) => origin === 'files') });
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

  /** Calls back at once when something happens that a page's work depends on. */
  watch(watcher: (event: AppEvent) => void): void {
    this.#watchers.add(watcher);
  }

  /** Calls back when another tab changed something that both share. */
  watchTabs(watcher: (what: Shared) => void): void {
    this.#tabWatchers.add(watcher);
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
    this.#switch({ mode });
    this.announceQuietly(
      mode === 'local' ? 'Local: computed in this browser.' : `Remote: computed ${this.place}.`,
    );
    this.#tell('switched');
    void this.#refreshCapabilities();
  }

  setRemote(changes: Partial<RemoteSettings>): void {
    const remote = { ...this.state.remote, ...changes };
    const { apiKey, baseUrl } = this.state.remote;
    if (remote.apiKey === apiKey && remote.baseUrl === baseUrl) return;
    this.#switch({ remote });
    this.#tell('switched');
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
    this.#tell('deleting');
    try {
      await this.local().storage.delete(model);
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

  /** Leaves a foundation for another one. */
  #switch(changes: Partial<Pick<AppState, 'mode' | 'remote'>>): void {
    this.#departure.abort();
    this.#departure = new AbortController();
    this.update({ ...changes, reach: 'unknown', serverModels: undefined });
    this.forgetAll();
  }

  #tell(event: AppEvent): void {
    for (const watcher of this.#watchers) watcher(event);
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
