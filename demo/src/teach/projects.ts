/** The projects of this browser, and the one that is open: kept, changed, taken back, and owned by one tab. */
import { FoundationError } from '@nearfield/spec';
import type { App } from '../shell/app.ts';
import { PageState } from '../shell/page-state.ts';
import { words } from '../words/language.ts';
import { changed, type History, historyOf, redone, undone } from './history.ts';
import type { Keeper, KeptProject, OpenedProject } from './keeper.ts';
import { type Ownership, own } from './ownership.ts';
import { Pictures } from './pictures.ts';
import { type Addition, type Kind, newProject, type Project, withItems } from './project.ts';
import type { ProjectFile } from './project-file.ts';
import type { Vectors } from './vectors.ts';

export interface ProjectsState {
  /** Undefined while no project is open. */
  history: History | undefined;
  /** Projects of this browser; undefined until they were looked up. */
  kept: readonly KeptProject[] | undefined;
  /** Whether this tab changes the project; otherwise another one does. */
  writes: boolean;
}

/** Which project is open, and what was done to it. What is learnt of it is for whoever extends this. */
export abstract class Projects<State extends ProjectsState = ProjectsState> extends PageState<State> {
  readonly keeper: Keeper;
  readonly pictures = new Pictures();
  #ownership: Ownership | undefined;
  readonly #tabs =
    typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('nearfield-teach');

  constructor(app: App, keeper: Keeper, initial: State) {
    super(app, 'classify', initial);
    this.keeper = keeper;
    this.#tabs?.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (data === this.project?.id && !this.state.writes) void this.#reload();
      void this.list();
    });
  }

  get project(): Project | undefined {
    return this.state.history?.present;
  }

  /** A project was opened, with the vectors that were kept of it; undefined: the one that was open is closed. */
  protected abstract began(opened: { vectors: Vectors | undefined } | undefined): void;

  /** The project that is open was changed. */
  protected abstract edited(before: Project): void;

  async list(): Promise<void> {
    try {
      this.#set({ kept: await this.keeper.list() });
    } catch (error) {
      this.#set({ kept: [] });
      this.#storageFailed(error);
    }
  }

  /** Starts a project. */
  async create(kind: Kind, name: string, additions: readonly Addition[] = []): Promise<string> {
    const { project, pictures } = withItems(newProject(kind, name), additions);
    await this.#begin({ history: historyOf(project), vectors: undefined, pictures });
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

  /** Opens a project that came as a file. One of the same id is changed to it, which can be taken back. */
  async take({ project, pictures, vectors }: ProjectFile): Promise<void> {
    const before = await this.keeper.open(project.id).catch(() => undefined);
    await this.#begin({
      history: before ? changed(before.history, project) : historyOf(project),
      vectors,
      pictures: new Map([...(before?.pictures ?? []), ...pictures]),
    });
    this.app.announce(words().teach.opened(project.name));
  }

  close(): void {
    this.#ownership?.release();
    this.#ownership = undefined;
    this.call.cancel();
    this.pictures.use(new Map());
    this.began(undefined);
    this.#set({ history: undefined });
    void this.list();
  }

  /** Deletes a project of this browser. @returns how to bring it back */
  async delete(id: string): Promise<() => Promise<void>> {
    const restore = await this.keeper.delete(id);
    this.#tabs?.postMessage(id);
    await this.list();
    return async () => {
      await restore();
      this.#tabs?.postMessage(id);
      await this.list();
    };
  }

  /** Takes the project from the tab that changes it. */
  async takeOver(): Promise<void> {
    const { project } = this;
    if (!project) return;
    this.#ownership = await own(project.id, { take: true, lost: this.#lost });
    await this.#reload();
    this.#set({ writes: true });
    this.app.announce(words().teach.takenOver);
  }

  /** Makes a change that can be taken back, also on a later visit. */
  change(edit: (project: Project) => Project): void {
    const { history, writes } = this.state;
    if (history && writes) this.#use(changed(history, edit(history.present)));
  }

  undo(): void {
    if (this.state.history && this.state.writes) this.#use(undone(this.state.history));
  }

  redo(): void {
    if (this.state.history && this.state.writes) this.#use(redone(this.state.history));
  }

  /** Writes something of the project, and tells the other tabs. */
  protected save(write: (keeper: Keeper) => Promise<void>): void {
    const id = this.project?.id;
    void write(this.keeper).then(
      () => this.#tabs?.postMessage(id),
      (error: unknown) => this.#storageFailed(error),
    );
  }

  #use(history: History): void {
    const before = this.state.history;
    if (!before || history === before) return;
    this.#set({ history });
    this.save((keeper) => keeper.save(history));
    this.edited(before.present);
  }

  async #begin(opened: OpenedProject, isNew = true): Promise<void> {
    if (this.state.history) this.close();
    const { history, vectors, pictures } = opened;
    this.#ownership = await own(history.present.id, { lost: this.#lost });
    const writes = this.#ownership !== undefined;
    this.pictures.use(pictures);
    this.#set({ history, writes });
    this.began({ vectors });
    if (!writes) return;
    if (isNew) this.save((keeper) => keepAll(keeper, opened));
    else this.save((keeper) => keeper.forgetPictures(history));
  }

  async #reload(): Promise<void> {
    const opened = this.project && (await this.keeper.open(this.project.id));
    if (!opened) return;
    this.pictures.use(opened.pictures);
    this.#set({ history: opened.history });
    this.began(opened);
  }

  readonly #lost = (): void => {
    this.#ownership = undefined;
    this.#set({ writes: false });
    this.app.announce(words().teach.lost);
  };

  #set(changes: Partial<ProjectsState>): void {
    this.update(changes as Partial<State>);
  }

  #storageFailed(cause: unknown): undefined {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = words().teach.notKept(reason);
    this.app.report(new FoundationError({ code: 'STORAGE_FAILED', message, cause }), 'classify');
    return undefined;
  }
}

/** Pictures and vectors first: a project that is kept has what belongs to it. */
async function keepAll(keeper: Keeper, { history, vectors, pictures }: OpenedProject): Promise<void> {
  const { id } = history.present;
  await keeper.savePictures(id, pictures);
  if (vectors) await keeper.saveVectors(id, vectors);
  await keeper.save(history);
}
