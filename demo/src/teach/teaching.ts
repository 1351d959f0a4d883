/** The state of the page Teach: one project at a time, its changes, and what is learnt of them. */
import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import type { App } from '../shell/app.ts';
import { PageCall } from '../shell/page-call.ts';
import { PageState, perApp } from '../shell/page-state.ts';
import { hostOf } from '../shell/server-address.ts';
import { words } from '../words/language.ts';
import { changed, type History, historyOf, redone, undone } from './history.ts';
import { type PlacedFile, readPasted } from './intake.ts';
import { Keeper, type KeptProject, type OpenedProject, type Ownership, own } from './keeper.ts';
import { Learner } from './learner.ts';
import { network } from './network.ts';
import { type Addition, type Kind, newProject, type Project, withItems } from './project.ts';
import type { ProjectFile } from './project-file.ts';
import { readFiles } from './read-files.ts';
import { Trial } from './trial.ts';
import { embedContents } from './vectors.ts';

/** Milliseconds without a further change after which it is learnt. */
const SETTLED = 120;

interface TeachingState {
  /** Undefined while no project is open. */
  history: History<Project> | undefined;
  /** Projects of this browser; undefined until they were looked up. */
  kept: readonly KeptProject[] | undefined;
  /** Whether this tab changes the project; otherwise another one does. */
  writes: boolean;
  /** Host of the server that the visitor lets have the project's content. */
  consent: string | undefined;
}

/** What the page Teach can do, apart from how it looks. */
export class Teaching extends PageState<TeachingState> {
  readonly learner = new Learner();
  readonly keeper: Keeper;
  readonly trial: Trial;
  pictures = new Map<string, Blob>();
  #urls = new Map<string, string>();
  #ownership: Ownership | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #tabs =
    typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('nearfield-teach');

  constructor(app: App, keeper = new Keeper()) {
    super(app, 'classify', {
      history: undefined,
      kept: undefined,
      writes: true,
      consent: undefined,
    });
    this.keeper = keeper;
    this.trial = new Trial(
      new PageCall(app, 'classify', { forget: 'success' }),
      this.learner,
      async (content, options) => {
        const watched = { ...options, onProgress: this.#watched(options.onProgress) };
        return (await embedContents(this.foundation, this.model, [content], watched))[0]!;
      },
    );
    app.watch((event) => {
      if (event !== 'switched') return;
      this.#changed();
      if (!this.needsConsent) this.trial.again();
    });
    this.#tabs?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (data === this.project?.id && !this.state.writes) void this.#reload();
      void this.list();
    });
  }

  get project(): Project | undefined {
    return this.state.history?.present;
  }

  /** The side that computes: Auto does not send content anywhere for what can be computed here. */
  get isRemote(): boolean {
    return this.app.state.mode === 'remote';
  }

  get host(): string {
    return hostOf(this.app.state.remote.baseUrl);
  }

  /** Whether content would have to be sent, and the visitor has not said yes. */
  get needsConsent(): boolean {
    return this.isRemote && this.state.consent !== this.host;
  }

  get model(): string {
    const models = this.project?.models;
    return (this.isRemote ? models?.remote : models?.local) ?? '';
  }

  get #space(): string {
    return `${this.isRemote ? this.host : 'local'} ${this.model}`;
  }

  get foundation(): SearchFoundation {
    return this.isRemote ? this.app.foundation() : this.app.local();
  }

  /** The address of an item's picture. */
  pictureUrl(id: string): string | undefined {
    const blob = this.pictures.get(id);
    if (!blob) return undefined;
    const url = this.#urls.get(id) ?? URL.createObjectURL(blob);
    this.#urls.set(id, url);
    return url;
  }

  async list(): Promise<void> {
    try {
      this.update({ kept: await this.keeper.list() });
    } catch (error) {
      this.update({ kept: [] });
      this.#storageFailed(error);
    }
  }

  /** Starts a project. */
  async create(kind: Kind, name: string, additions: readonly Addition[] = []): Promise<string> {
    const { project, pictures } = withItems(newProject(kind, name), additions);
    await this.#begin({ project, vectors: undefined, pictures: new Map(pictures) });
    return project.id;
  }

  /** Opens a project of this browser. @returns false where there is none of this id */
  async open(id: string): Promise<boolean> {
    if (this.project?.id === id) return true;
    const opened = await this.keeper.open(id).catch((error: unknown) => this.#storageFailed(error));
    if (!opened) return false;
    await this.#begin(opened, false);
    return true;
  }

  /** Opens a project that came as a file, in place of one of the same id. */
  async take({ project, pictures, vectors }: ProjectFile): Promise<void> {
    await this.#begin({ project, vectors, pictures: new Map(pictures) });
    this.app.announce(words().teach.opened(project.name));
  }

  close(): void {
    this.#ownership?.release();
    this.#ownership = undefined;
    this.call.cancel();
    this.trial.clear();
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
    this.learner.begin(undefined);
    this.update({ history: undefined });
    void this.list();
  }

  /** Deletes a project of this browser. @returns how to bring it back */
  async delete(id: string): Promise<() => Promise<void>> {
    const kept = await this.keeper.open(id);
    await this.keeper.delete(id);
    this.#tabs?.postMessage(id);
    await this.list();
    return async () => {
      if (!kept) return;
      await this.#keep(kept);
      await this.list();
    };
  }

  /** Takes the project from the tab that changes it. */
  async takeOver(): Promise<void> {
    const { project } = this;
    if (!project) return;
    this.#ownership = await own(project.id, { take: true, lost: this.#lost });
    await this.#reload();
    this.update({ writes: true });
    this.app.announce(words().teach.takenOver);
  }

  /** Makes a change that can be taken back. */
  change(edit: (project: Project) => Project): void {
    const { history, writes } = this.state;
    if (!history || !writes) return;
    this.#use(changed(history, edit(history.present)));
  }

  undo(): void {
    if (this.state.history && this.state.writes) this.#use(undone(this.state.history));
  }

  redo(): void {
    if (this.state.history && this.state.writes) this.#use(redone(this.state.history));
  }

  /**
   * Adds texts or pictures.
   * @param label class of those that bring none
   * @returns how many are new
   */
  add(additions: readonly Addition[], label?: string): number {
    const { project } = this;
    if (!project || additions.length === 0 || !this.state.writes) return 0;
    const added = withItems(
      project,
      additions.map((each) => ({ ...each, label: each.label ?? label })),
    );
    for (const [id, picture] of added.pictures) this.pictures.set(id, picture);
    if (added.pictures.size > 0) this.#save(() => this.keeper.savePictures(project.id, added.pictures));
    this.change(() => added.project);
    this.app.announce(words().teach.added(added.items.length, added.known));
    return added.items.length;
  }

  /** Adds pasted lines. @returns how many were not understood */
  paste(text: string, label?: string): number {
    const { additions, notUnderstood } = readPasted(text, this.#labels);
    this.add(additions, label);
    return notUnderstood;
  }

  /** Adds files; the folders they are in are classes. Those that cannot be read are named. */
  async addFiles(files: readonly PlacedFile[], label?: string): Promise<void> {
    const { project } = this;
    if (!project) return;
    const { additions, refused } = await readFiles(files, project.kind, this.#labels);
    if (refused.length > 0) {
      this.app.report(
        new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message: refused.slice(0, 5).join(' ') }),
        'classify',
      );
    }
    this.add(additions, label);
  }

  /** Lets the server have the content of this project. */
  allow(): void {
    this.update({ consent: this.host });
    this.#changed();
    this.trial.again();
  }

  /** Embeds, learns and evaluates the project as it is now. */
  async learn(): Promise<void> {
    const { project, model, pictures } = this;
    const space = this.#space;
    if (this.learner.vectors.space !== space) this.learner.clear();
    if (!project || this.needsConsent) return;
    const about = { project, space, model, pictures };
    if (!this.learner.isComplete(project, space, model, pictures)) {
      const done = await this.call.run(async (_, options) => {
        await this.learner.embed(this.foundation, about, {
          ...options,
          onProgress: this.#watched(options.onProgress),
        });
        return true;
      });
      // Vectors that were there before something failed are kept.
      if (this.state.writes) this.#save(() => this.keeper.saveVectors(project.id, this.learner.vectors));
      if (!done) return;
    }
    const learnt = await this.learner.learn(project, model);
    if (learnt) await this.learner.evaluate(learnt, model);
  }

  readonly #watched =
    (onProgress: PageCallProgress): PageCallProgress =>
    (event) => {
      network.note(event);
      onProgress?.(event);
    };

  get #labels(): string[] {
    return this.project?.classes.map(({ name }) => name) ?? [];
  }

  #use(history: History<Project>): void {
    if (history === this.state.history) return;
    const { model } = this;
    this.update({ history });
    if (model !== this.model) this.trial.again();
    const { present } = history;
    this.#save(() => this.keeper.save(present));
    this.#changed();
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.learn(), SETTLED);
  }

  async #begin(opened: OpenedProject, save = true): Promise<void> {
    if (this.state.history) this.close();
    const { project, vectors, pictures } = opened;
    this.#ownership = await own(project.id, { lost: this.#lost });
    const writes = this.#ownership !== undefined;
    this.pictures = pictures;
    this.learner.begin(vectors);
    this.update({ history: historyOf(project), writes });
    if (save && writes) this.#save(() => this.#keep(opened));
    this.#changed();
  }

  async #keep({ project, vectors, pictures }: OpenedProject): Promise<void> {
    await this.keeper.savePictures(project.id, pictures);
    if (vectors) await this.keeper.saveVectors(project.id, vectors);
    await this.keeper.save(project);
  }

  async #reload(): Promise<void> {
    const opened = this.project && (await this.keeper.open(this.project.id));
    if (!opened) return;
    this.pictures = opened.pictures;
    this.learner.begin(opened.vectors);
    this.update({ history: historyOf(opened.project) });
    this.#changed();
  }

  readonly #lost = (): void => {
    this.#ownership = undefined;
    this.update({ writes: false });
    this.app.announce(words().teach.lost);
  };

  /** Writes something, and tells the other tabs. */
  #save(write: () => Promise<void>): void {
    const id = this.project?.id;
    void write().then(
      () => this.#tabs?.postMessage(id),
      (error: unknown) => this.#storageFailed(error),
    );
  }

  #storageFailed(cause: unknown): undefined {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = words().teach.notKept(reason);
    this.app.report(new FoundationError({ code: 'STORAGE_FAILED', message, cause }), 'classify');
    return undefined;
  }
}

type PageCallProgress = NonNullable<Parameters<SearchFoundation['embeddings']>[1]>['onProgress'];

export const teachingOf = perApp((app) => new Teaching(app));
