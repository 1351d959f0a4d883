import type { LocalFoundation } from '@nearfield/core';
import type { Router } from '@nearfield/router';
import type { SearchFoundation } from '@nearfield/spec';
import { languageInUse } from '../words/in-use.ts';
import { languageName, rememberLanguage, useLanguage, words } from '../words/language.ts';
import { type Answerer, answererOf, type Mode, type Preference, type Side } from './answerer.ts';
import type { AppOptions } from './app-options.ts';
import { type AppState, reachOfCode } from './app-state.ts';
import type { EngineSettings, RemoteSettings } from './connections.ts';
import { Foundations } from './foundations.ts';
import { isAbort } from './problems.ts';
import { hostOf } from './server-address.ts';
import type { KeptSettings } from './settings.ts';
import type { Shared, Tabs } from './tabs.ts';
import { Usage } from './usage.ts';
import { Whereabouts } from './whereabouts.ts';

export type { Mode, Preference, Side };

/**
 * What pages hear of at once, before anything else happens: another foundation took over, or model files of this browser
 * are about to be deleted.
 */
export type AppEvent = 'switched' | 'deleting';

/**
 * What all pages share: the foundation of the current mode, what is known of it and of this browser's storage, problems,
 * and what is told to the visitor. It knows no page.
 */
export class App extends Whereabouts {
  /** Tokens of all answers, whichever page asked for them. */
  readonly usage: Usage;
  readonly #foundations: Foundations;
  readonly #keep: (settings: KeptSettings) => void;
  readonly #tabs: Tabs | undefined;
  readonly #watchers = new Set<(event: AppEvent) => void>();
  readonly #tabWatchers = new Set<(what: Shared) => void>();
  /** Names of the models of the server are on their way. */
  #learning: AbortSignal | undefined;
  /** The mode that was asked for last, while what it needs is on its way. */
  #wanted: Mode = 'local';
  #departure = new AbortController();

  constructor({
    connections,
    baseUrl,
    engine = { device: 'auto', threads: undefined },
    wantsKey = false,
    preference = 'local-first',
    keep = () => undefined,
    usage = new Usage(),
    toastTime = 6000,
    tabs,
  }: AppOptions) {
    super(
      {
        language: languageInUse(),
        mode: 'local',
        remote: { apiKey: '', baseUrl },
        preference,
        engine,
        capabilities: {},
        stored: [],
        problems: [],
        announcement: { id: 0, text: '' },
        toast: undefined,
        reach: 'unknown',
        wantsKey,
        serverModels: undefined,
      },
      toastTime,
    );
    this.#foundations = new Foundations(connections, usage, () => this.state);
    this.#keep = keep;
    this.usage = usage;
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

  /** The foundation of the current mode, made when it is first needed. */
  foundation(): SearchFoundation {
    const { mode } = this.state;
    if (mode === 'auto') return this.router();
    return mode === 'local' ? this.local() : this.#foundations.server();
  }

  /** The router of Auto, over the foundations of both sides. */
  router(): Router {
    return this.#foundations.router(this.asksServer, ({ place, passedOver }) => {
      const failure = passedOver.find((each) => each.place === 'remote');
      const reach = place === 'remote' ? 'answered' : failure && reachOfCode(failure.code);
      if (reach !== undefined) this.update({ reach });
    });
  }

  /** The foundation of this browser, whatever the mode: models and storage are its own. */
  local(): LocalFoundation {
    return this.#foundations.local();
  }

  /** The model to ask for: that of the current side, in Auto a name that stands for both sides' own. */
  modelOf({ local, remote }: Readonly<Record<Side, string>>): string {
    if (this.state.mode === 'remote') return remote;
    if (!this.asksServer || local === remote) return local;
    return this.#foundations.pair({ local, remote });
  }

  /** Who gave an answer of the current foundation. */
  answererOf(answer: object): Answerer {
    return answererOf(answer, this.side, hostOf(this.state.remote.baseUrl));
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
    const { serverModels } = this.state;
    const signal = this.departure;
    if (!this.asksServer || this.lacksKey || serverModels || this.#learning === signal) return;
    this.#learning = signal;
    try {
      const { data } = await this.#foundations.server().models.list({ signal });
      if (!signal.aborted) this.update({ serverModels: data });
    } catch (error) {
      this.noteAnswer(error);
      if (this.#learning === signal) this.#learning = undefined;
    }
  }

  /** Finds out where the current foundation computes, and what is stored. */
  async refresh(): Promise<void> {
    await Promise.all([this.#refreshCapabilities(), this.#refreshStorage()]);
  }

  /** Changes who is asked: at once, or as soon as what chooses between both has been fetched. */
  async setMode(mode: Mode): Promise<void> {
    this.#wanted = mode;
    if (mode === this.state.mode) return;
    if (mode === 'auto' && !this.#foundations.hasRouter) {
      try {
        await this.#foundations.fetchRouter();
      } catch (error) {
        this.report(error, 'device');
        return;
      }
      if (this.#wanted !== mode) return;
    }
    this.#switch({ mode });
    this.#keepSettings();
    this.announceQuietly(words().frame.modeChanged(words().frame.mode[mode], this.place));
    this.#tell('switched');
    void this.#refreshCapabilities();
  }

  setRemote(changes: Partial<RemoteSettings>): void {
    const remote = { ...this.state.remote, ...changes };
    const { apiKey, baseUrl } = this.state.remote;
    if (remote.apiKey === apiKey && remote.baseUrl === baseUrl) return;
    // What has been given a key wants one, also in a visit to come. Another server may answer anyone, and so may one whose key is
    // taken out again.
    const wantsKey =
      remote.apiKey !== '' || (this.state.wantsKey && apiKey === remote.apiKey && baseUrl === remote.baseUrl);
    if (remote.baseUrl !== baseUrl) {
      const { remote: _, ...capabilities } = this.state.capabilities;
      this.update({ capabilities });
    }
    this.#switch({ remote, wantsKey });
    this.#keepSettings();
    this.#tell('switched');
  }

  /** Changes what this browser computes with: another foundation takes over, whose models are loaded anew. */
  setEngine(changes: Partial<EngineSettings>): void {
    const engine = { ...this.state.engine, ...changes };
    const { device, threads } = this.state.engine;
    if (engine.device === device && engine.threads === threads) return;
    this.update({ engine });
    this.#keepSettings();
    this.restartEngine();
  }

  /** Closes the foundation of this browser; another one takes its place. */
  restartEngine(): void {
    const before = this.#foundations.forgetLocal();
    const { local: _, ...capabilities } = this.state.capabilities;
    this.update({ capabilities });
    this.#switch({});
    this.#tell('switched');
    void before?.close();
    void this.refresh();
  }

  /** Changes the language of all that is shown, at once. Where its texts do not arrive, the one before stays. */
  async setLanguage(code: string): Promise<void> {
    if (code === this.state.language) return;
    try {
      await useLanguage(code);
    } catch (error) {
      this.report(error, 'page');
      return;
    }
    rememberLanguage(code);
    this.update({ language: code });
    this.announceQuietly(words().frame.languageChanged(languageName(code)));
  }

  setPreference(preference: Preference): void {
    if (preference === this.state.preference) return;
    this.#foundations.forgetRouter();
    this.update({ preference });
    this.#keepSettings();
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
      this.announce(model === undefined ? words().elements.allDeleted : words().elements.deleted(model));
    } finally {
      await this.refresh();
      this.shared('storage');
    }
  }

  async keepStored(): Promise<void> {
    this.forget('storage');
    try {
      const kept = await this.local().storage.persist();
      this.announce(kept ? words().elements.kept : words().elements.notKept);
    } catch (error) {
      this.report(error, 'storage', { place: { where: 'here' } });
    }
    await this.#refreshCapabilities();
  }

  /** Leaves a foundation for another one. */
  #switch(changes: Partial<Pick<AppState, 'mode' | 'remote' | 'wantsKey'>>): void {
    this.#departure.abort();
    this.#departure = new AbortController();
    this.#foundations.forgetRouter();
    this.update({ ...changes, reach: 'unknown', serverModels: undefined });
    this.forgetAll();
  }

  protected override keyWanted(): void {
    if (this.state.wantsKey) return;
    this.update({ wantsKey: true });
    this.#keepSettings();
  }

  #keepSettings(): void {
    const { mode, preference, remote, wantsKey, engine } = this.state;
    this.#keep({ mode, preference, baseUrl: remote.baseUrl, wantsKey, ...engine });
  }

  #tell(event: AppEvent): void {
    for (const watcher of this.#watchers) watcher(event);
  }

  async #refreshCapabilities(): Promise<void> {
    const { side } = this;
    this.forget('device');
    if (this.lacksKey) return;
    try {
      const foundation = side === 'local' ? this.local() : this.#foundations.server();
      const capabilities = await foundation.capabilities();
      this.update({ capabilities: { ...this.state.capabilities, [side]: capabilities } });
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
}
