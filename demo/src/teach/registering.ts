/** The project that is open as a classifier for `/v1/classify`: in this browser, or trained at the server of Remote. */
import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import { PageCall } from '../shell/page-call.ts';
import { perApp } from '../shell/page-state.ts';
import { Store } from '../shell/store.ts';
import { words } from '../words/language.ts';
import { classifiersOf } from './classifiers.ts';
import { exportedClassifier } from './head.ts';
import { registrationsKey } from './keeper.ts';
import { network } from './network.ts';
import type { Project } from './project.ts';
import { outdated, type Registration, trainingParts, untaught, withTaught } from './registration.ts';
import { type Teaching, teachingOf } from './teaching.ts';

/** By where the classifiers are: `local`, or the host of a server. */
type Registrations = Readonly<Record<string, Registration>>;

interface RegisteringState {
  /** Of the project that is open; undefined until they were looked up. */
  registrations: Registrations | undefined;
}

/** Registers the project, and keeps track of what the registered classifiers have been taught. */
export class Registering extends Store<RegisteringState> {
  readonly call: PageCall;
  readonly #teaching: Teaching;
  #project: string | undefined;

  constructor(teaching: Teaching) {
    super({ registrations: undefined });
    this.#teaching = teaching;
    this.call = new PageCall(teaching.app, 'classify');
  }

  /** Where a classifier would be registered now. */
  get place(): string {
    return this.#teaching.isRemote ? this.#teaching.host : 'local';
  }

  /** The classifier that the project is registered as where the current mode computes, if it is still there. */
  get current(): Registration | undefined {
    const registration = this.state.registrations?.[this.place];
    const { list } = classifiersOf(this.#teaching.app).state;
    const isGone = list?.every(({ classifier_id }) => classifier_id !== registration?.classifierId) ?? false;
    return isGone ? undefined : registration;
  }

  /** How many examples the registered classifier has not been taught, and how many it cannot unlearn. */
  get pending(): { fresh: number; stale: number } {
    const { project } = this.#teaching;
    const { current } = this;
    if (!project) return { fresh: 0, stale: 0 };
    return {
      fresh: untaught(project, current).length,
      stale: current ? outdated(project, current) : 0,
    };
  }

  /** Looks up what the project that is open was registered as. */
  async restore(): Promise<void> {
    const id = this.#teaching.project?.id;
    if (id === this.#project) return;
    this.call.cancel();
    this.#project = id;
    this.update({ registrations: undefined });
    if (id === undefined) return;
    const kept = await this.#teaching.keeper.kept<Registrations>(registrationsKey(id)).catch(() => undefined);
    if (this.#project !== id) return;
    this.update({ registrations: { ...kept, ...this.state.registrations } });
    // Whether it is still there; a server is asked only when the visitor asks.
    if (this.current && this.#teaching.app.state.mode === 'local')
      await classifiersOf(this.#teaching.app).refresh();
  }

  /**
   * Keeps what is learnt as a classifier of this browser, in place of the one that the project was before: it answers as
   * this page does.
   */
  async register(): Promise<boolean> {
    const { project, model, app } = this.#teaching;
    const { learnt } = this.#teaching.learner.state;
    if (!project || !learnt) return false;
    const { classifier, ...head } = exportedClassifier(
      learnt.weights,
      model,
      learnt.samples.length,
      project.id,
    );
    const done = await this.call.run(async (_, options) => {
      const { classifiers } = app.local();
      const before = (await classifiers.list(options)).find(
        ({ classifier_id }) => classifier_id === project.id,
      );
      const summary = before
        ? {
            ...classifier,
            created_at: before.created_at,
            updated_number: before.updated_number + 1,
            used_number: before.used_number,
            used_at: before.used_at,
          }
        : classifier;
      await classifiers.import({ ...head, classifier: summary }, options);
      return true;
    });
    if (!done) return false;
    await this.#note(
      learnt.project,
      withTaught(learnt.project, project.id, undefined, untaught(learnt.project, undefined)),
    );
    app.announce(words().teach.registeredSaid);
    await classifiersOf(app).changed(project.id);
    return true;
  }

  /**
   * Trains a classifier at the server with the examples that it does not know yet: the one of this project, or a new
   * one. Every request that was answered counts, also if a later one fails.
   * @param anew leaves the one of this project as it is, and trains another
   */
  async train({ anew = false } = {}): Promise<boolean> {
    const { project } = this.#teaching;
    if (!project) return false;
    const before = anew ? undefined : this.current;
    const trained = await this.#send(project, before?.classifierId, before);
    if (trained) this.#teaching.app.announce(words().teach.trainedSaid(this.#teaching.host));
    return trained;
  }

  /** What a classifier learnt of this project; undefined of one that was trained elsewhere. */
  knownOf(classifierId: string): Registration | undefined {
    return Object.values(this.state.registrations ?? {}).find((each) => each.classifierId === classifierId);
  }

  /** Teaches a classifier of the list the examples that are open; one of this project's only what is new. */
  async teach(classifierId: string): Promise<boolean> {
    const { project, app } = this.#teaching;
    if (!project) return false;
    const taught = await this.#send(project, classifierId, this.knownOf(classifierId), app.foundation());
    if (taught) app.announce(words().teach.taughtSaid);
    return taught;
  }

  async #send(
    project: Project,
    classifierId: string | undefined,
    known: Registration | undefined,
    foundation: SearchFoundation = this.#teaching.foundation,
  ): Promise<boolean> {
    const { app, model, pictures } = this.#teaching;
    const parts = trainingParts(project, untaught(project, known), pictures.blobs);
    const all = parts.reduce((sum, { items }) => sum + items.length, 0);
    if (all === 0) return true;
    let registration = known;
    let id = classifierId;
    const done = await this.call.run(async (_, { signal, onProgress }) => {
      let sent = 0;
      for (const { items, input } of parts) {
        const inputs = { done: sent, total: all };
        onProgress?.({ type: 'work-progress', inputs, tokens: { done: 0, total: 0 } });
        const request =
          id === undefined ? { model, input, access: 'private' as const } : { classifier_id: id, input };
        const { classifier_id } = await foundation
          .train(request, {
            signal,
            onProgress: (event) => {
              network.note(event);
              if (event.type !== 'work-progress') onProgress?.(event);
            },
          })
          .catch((error: unknown) => this.#gone(error, id));
        id = classifier_id;
        registration = withTaught(project, id, registration, items);
        if (classifierId === undefined || known) await this.#note(project, registration);
        sent += items.length;
      }
      return true;
    });
    if (id !== undefined) await classifiersOf(app).changed(id);
    return done ?? false;
  }

  /** Whoever deleted the classifier elsewhere: the registration ends, and the error says so. */
  async #gone(error: unknown, id: string | undefined): Promise<never> {
    if (id !== undefined && FoundationError.isInstance(error) && error.code === 'RESOURCE_NOT_FOUND') {
      const known = Object.entries(this.state.registrations ?? {});
      await this.#keep(Object.fromEntries(known.filter(([, { classifierId }]) => classifierId !== id)));
    }
    throw error;
  }

  async #note({ id }: Project, registration: Registration): Promise<void> {
    if (this.#project === id) await this.#keep({ ...this.state.registrations, [this.place]: registration });
  }

  async #keep(registrations: Registrations): Promise<void> {
    this.update({ registrations });
    await this.#teaching.keeper.keep(registrationsKey(this.#project!), registrations);
  }
}

export const registeringOf = perApp((app) => new Registering(teachingOf(app)));
