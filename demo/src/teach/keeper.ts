/** Projects in this browser: kept after every change, and written by one tab at a time. */
import { createStore, del, delMany, get, getMany, keys, set, setMany, type UseStore } from 'idb-keyval';
import type { Project } from './project.ts';
import type { Vectors } from './vectors.ts';

/** A kept project, as a list shows it. */
export interface KeptProject {
  project: Project;
  savedAt: number;
}

/** A project with what belongs to it. */
export interface OpenedProject {
  project: Project;
  vectors: Vectors | undefined;
  pictures: Map<string, Blob>;
}

const projectKey = (id: string): string => `project/${id}`;
const vectorsKey = (id: string): string => `vectors/${id}`;
const pictureKey = (project: string, id: string): string => `picture/${project}/${id}`;

/** What a batch of a project classifies. */
export const batchKey = (id: string): string => `batch/${id}`;
/** What it found so far. */
export const batchResultsKey = (id: string): string => `batch-results/${id}`;

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
    const kept = await get<KeptProject>(projectKey(id), this.#store);
    if (!kept) return undefined;
    const { project } = kept;
    const vectors = await get<Vectors>(vectorsKey(id), this.#store);
    const pictures = new Map<string, Blob>();
    if (project.kind === 'pictures') {
      const ids = project.items.map((item) => item.id);
      const names = ids.map((item) => pictureKey(id, item));
      const blobs = await getMany<Blob | undefined>(names, this.#store);
      blobs.forEach((blob, index) => {
        if (blob) pictures.set(ids[index]!, blob);
      });
    }
    return { project, vectors, pictures };
  }

  /** @throws an error of the browser, such as a QuotaExceededError */
  save(project: Project): Promise<void> {
    const kept: KeptProject = { project, savedAt: Date.now() };
    return this.#write(() => set(projectKey(project.id), kept, this.#store));
  }

  saveVectors(id: string, vectors: Vectors): Promise<void> {
    return this.#write(() => set(vectorsKey(id), vectors, this.#store));
  }

  savePictures(project: string, pictures: ReadonlyMap<string, Blob>): Promise<void> {
    const entries = [...pictures].map(([id, blob]): [string, Blob] => [pictureKey(project, id), blob]);
    return this.#write(() => setMany(entries, this.#store));
  }

  /** Deletes a project with all that belongs to it, pictures of items that were taken away among it. */
  delete(id: string): Promise<void> {
    return this.#write(async () => {
      const pictures = (await keys<string>(this.#store)).filter((key) => key.startsWith(pictureKey(id, '')));
      const all = [projectKey(id), vectorsKey(id), batchKey(id), batchResultsKey(id)];
      await delMany([...all, ...pictures], this.#store);
    });
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

/** Who may change a project. */
export interface Ownership {
  /** Lets go of the project. */
  release(): void;
}

/**
 * Makes this tab the one that changes a project.
 * @param take takes it from another tab, which then only shows it
 * @param lost called when another tab takes it
 * @returns undefined while another tab has it. Without Web Locks (pages over plain http) every tab may change it.
 */
export async function own(
  id: string,
  { take = false, lost }: { take?: boolean; lost: () => void },
): Promise<Ownership | undefined> {
  if (!navigator.locks) return { release: () => undefined };
  let release: () => void = () => undefined;
  return new Promise((resolve) => {
    let owned = false;
    navigator.locks
      .request(
        `nearfield-teach/${id}`,
        take ? { steal: true } : { ifAvailable: true },
        (lock) =>
          new Promise<void>((done) => {
            if (!lock) {
              resolve(undefined);
              done();
              return;
            }
            owned = true;
            release = done;
            resolve({ release: () => release() });
          }),
      )
      // The promise of a lock that was stolen rejects.
      .catch(() => (owned ? lost() : resolve(undefined)));
  });
}
