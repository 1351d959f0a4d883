/** Projects in this browser, kept after every change. */
import { createStore, del, delMany, get, getMany, keys, set, setMany, type UseStore } from 'idb-keyval';
import { type History, historyOf, itemsOfSteps, type KeptSteps } from './history.ts';
import type { Project } from './project.ts';
import type { Vectors } from './vectors.ts';

/** A kept project, as a list shows it. */
export interface KeptProject {
  project: Project;
  savedAt: number;
}

/** A project with what belongs to it. */
export interface OpenedProject {
  history: History;
  vectors: Vectors | undefined;
  /** By the ids of their items, those that a step can bring back among them. */
  pictures: ReadonlyMap<string, Blob>;
}

const projectKey = (id: string): string => `project/${id}`;
const stepsKey = (id: string): string => `steps/${id}`;
const vectorsKey = (id: string): string => `vectors/${id}`;
const pictureKey = (project: string, id: string): string => `picture/${project}/${id}`;

/** The classifiers that a project was registered as. */
export const registrationsKey = (id: string): string => `registrations/${id}`;

/** What a batch of a project classifies. */
export const batchKey = (id: string): string => `batch/${id}`;
/** What it found so far. */
export const batchResultsKey = (id: string): string => `batch-results/${id}`;

const itemsOf = (history: History): Set<string> =>
  new Set([...history.present.items.map(({ id }) => id), ...itemsOfSteps(history)]);

/** Keeps projects in IndexedDB. Writes follow each other in the order in which they were asked for. */
export class Keeper {
  readonly #store: UseStore;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(name = 'nearfield-teach') {
    this.#store = createStore(name, 'kept');
  }

  /** All projects, the last saved first. */
  async list(): Promise<KeptProject[]> {
    const found = (await keys<string>(this.#store)).filter((key) => key.startsWith(projectKey('')));
    const kept = await getMany<KeptProject>(found, this.#store);
    // Another tab may have deleted one meanwhile.
    return kept.filter((each) => each !== undefined).sort((one, other) => other.savedAt - one.savedAt);
  }

  async open(id: string): Promise<OpenedProject | undefined> {
    await this.#writes.catch(() => undefined);
    // At once: a project and its steps are of one moment.
    const names = [projectKey(id), stepsKey(id), vectorsKey(id)];
    const [kept, steps, vectors] = (await getMany<unknown>(names, this.#store)) as [
      KeptProject | undefined,
      KeptSteps | undefined,
      Vectors | undefined,
    ];
    if (!kept) return undefined;
    const { project } = kept;
    const history = historyOf(project, steps);
    const pictures = new Map<string, Blob>();
    if (project.kind === 'pictures') {
      const ids = [...itemsOf(history)];
      const blobs = await getMany<Blob | undefined>(
        ids.map((item) => pictureKey(id, item)),
        this.#store,
      );
      blobs.forEach((blob, index) => {
        if (blob) pictures.set(ids[index]!, blob);
      });
    }
    return { history, vectors, pictures };
  }

  /**
   * Keeps a project and its steps: both or, where the tab is killed meanwhile, neither.
   * @throws an error of the browser, such as a QuotaExceededError
   */
  save({ present, past, future }: History): Promise<void> {
    const kept: KeptProject = { project: present, savedAt: Date.now() };
    const steps: KeptSteps = { past, future };
    return this.#write(() =>
      setMany(
        [
          [projectKey(present.id), kept],
          [stepsKey(present.id), steps],
        ],
        this.#store,
      ),
    );
  }

  saveVectors(id: string, vectors: Vectors): Promise<void> {
    return this.#write(() => set(vectorsKey(id), vectors, this.#store));
  }

  savePictures(project: string, pictures: ReadonlyMap<string, Blob>): Promise<void> {
    const entries = [...pictures].map(([id, blob]): [string, Blob] => [pictureKey(project, id), blob]);
    return this.#write(() => setMany(entries, this.#store));
  }

  /** Deletes pictures of items that neither the project nor a step of it has any more. */
  forgetPictures(history: History): Promise<void> {
    return this.#write(async () => {
      const prefix = pictureKey(history.present.id, '');
      const needed = itemsOf(history);
      const all = (await keys<string>(this.#store)).filter((key) => key.startsWith(prefix));
      const unneeded = all.filter((key) => !needed.has(key.slice(prefix.length)));
      if (unneeded.length > 0) await delMany(unneeded, this.#store);
    });
  }

  /** Deletes a project with all that belongs to it. @returns how to bring all of it back */
  async delete(id: string): Promise<() => Promise<void>> {
    let kept: [string, unknown][] = [];
    await this.#write(async () => {
      const all = (await keys<string>(this.#store)).filter((key) => key.split('/')[1] === id);
      const values = await getMany<unknown>(all, this.#store);
      kept = all.map((key, index) => [key, values[index]]);
      await delMany(all, this.#store);
    });
    return () => this.#write(() => setMany(kept, this.#store));
  }

  /** Something else that belongs to a project, such as a batch that runs. */
  keep(key: string, value: unknown): Promise<void> {
    return this.#write(() => set(key, value, this.#store));
  }

  kept<Value>(key: string): Promise<Value | undefined> {
    return get<Value>(key, this.#store);
  }

  forget(key: string): Promise<void> {
    return this.#write(() => del(key, this.#store));
  }

  #write(action: () => Promise<void>): Promise<void> {
    const write = this.#writes.catch(() => undefined).then(action);
    this.#writes = write;
    return write;
  }
}
