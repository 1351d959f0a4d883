/** The state of the page Teach: the project that is open, and what is learnt of it. */
import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import type { PlacedFile } from '../elements/dropped-files.ts';
import type { App } from '../shell/app.ts';
import { PageCall } from '../shell/page-call.ts';
import { perApp } from '../shell/page-state.ts';
import { hostOf } from '../shell/server-address.ts';
import { words } from '../words/language.ts';
import { readPasted } from './intake.ts';
import { Keeper } from './keeper.ts';
import { Learner } from './learner.ts';
import { network } from './network.ts';
import { type Addition, type Project, withItems } from './project.ts';
import { Projects, type ProjectsState } from './projects.ts';
import { readFiles } from './read-files.ts';
import { Trial } from './trial.ts';
import { embedContents, type Vectors } from './vectors.ts';

/** Milliseconds without a further change after which it is learnt. */
const SETTLED = 120;

interface TeachingState extends ProjectsState {
  /** Host of the server that the visitor lets have the project's content. */
  consent: string | undefined;
}

/** What the page Teach can do, apart from how it looks. */
export class Teaching extends Projects<TeachingState> {
  readonly learner = new Learner();
  readonly trial: Trial;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(app: App, keeper = new Keeper()) {
    super(app, keeper, {
      history: undefined,
      kept: undefined,
      writes: true,
      consent: undefined,
    });
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
    if (added.pictures.size > 0) {
      this.pictures.add(added.pictures);
      this.save((keeper) => keeper.savePictures(project.id, added.pictures));
    }
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
    const { project, model } = this;
    const pictures = this.pictures.blobs;
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
      if (this.state.writes) this.save((keeper) => keeper.saveVectors(project.id, this.learner.vectors));
      if (!done) return;
    }
    const learnt = await this.learner.learn(project, model);
    if (learnt) await this.learner.evaluate(learnt, model);
  }

  protected override began(opened: { vectors: Vectors | undefined } | undefined): void {
    if (!opened) this.trial.clear();
    this.learner.begin(opened?.vectors);
    if (opened) this.#changed();
  }

  protected override edited(before: Project): void {
    const side = this.isRemote ? 'remote' : 'local';
    if (before.models[side] !== this.model) this.trial.again();
    this.#changed();
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

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.learn(), SETTLED);
  }
}

type PageCallProgress = NonNullable<Parameters<SearchFoundation['embeddings']>[1]>['onProgress'];

export const teachingOf = perApp((app) => new Teaching(app));
