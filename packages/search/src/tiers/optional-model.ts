/** A model that makes search better, if it may be loaded: never the price of an answer. */
import { type CallProgress, FoundationError, type SearchFoundation } from '@nearfield/spec';
import type { Permission } from './policy.ts';

/** A foundation, with the parts that engines on this device have besides. */
export type Engine = Pick<SearchFoundation, 'embeddings' | 'rerank'> & {
  /** Loads a model before it is needed. */
  load?(model: string, options?: { onProgress?: (event: CallProgress) => void }): Promise<unknown>;
  /** Knows which models are on this device. */
  readonly storage?: { usage(): Promise<readonly { readonly model: string; readonly complete: boolean }[]> };
};

/**
 * - `idle`: nothing was allowed so far;
 * - `absent`: it is not on this device, and may not be downloaded;
 * - `loading`, `ready`;
 * - `failed`: it could not be loaded, or is not the index's model.
 */
export type ModelState = 'idle' | 'absent' | 'loading' | 'ready' | 'failed';

export class OptionalModel {
  readonly model: string;
  readonly #engine: () => Promise<Engine>;
  readonly #check: (engine: Engine) => Promise<void>;
  readonly #changed: () => void;
  #state: ModelState = 'idle';
  #isCached = false;
  #loading: Promise<Engine | undefined> | undefined;
  #allowed: Permission = 'none';
  #problem: FoundationError | undefined;

  /**
   * @param engine the foundation; called when something is allowed, and again after it failed.
   * @param check rejects if the loaded model is not the one that is needed.
   * @param changed called when the state has changed.
   */
  constructor(
    model: string,
    {
      engine,
      check = async () => {},
      changed = () => {},
    }: { engine: () => Promise<Engine>; check?: (engine: Engine) => Promise<void>; changed?: () => void },
  ) {
    this.model = model;
    this.#engine = engine;
    this.#check = check;
    this.#changed = changed;
  }

  get state(): ModelState {
    return this.#state;
  }

  /** Why it is `failed`. */
  get problem(): FoundationError | undefined {
    return this.#problem;
  }

  /** Whether an answer should wait for it: it is loaded, or will be soon, as its files are here. */
  get isNear(): boolean {
    return this.#state === 'ready' || (this.#state === 'loading' && this.#isCached);
  }

  /** Starts what is allowed, once. What failed is not tried again before the page asks for more than it did. */
  allow(permission: Permission): void {
    if (permission === 'none' || this.#allowed === 'any' || this.#allowed === permission) return;
    const before = this.#loading;
    this.#allowed = permission;
    this.#loading = (async () => (await before) ?? (await this.#load(permission)))();
  }

  /** The engine with the model loaded; undefined if it is not to be had. */
  async ready(): Promise<Engine | undefined> {
    return this.#loading;
  }

  async #load(permission: Permission): Promise<Engine | undefined> {
    this.#set('loading');
    try {
      const engine = await this.#engine();
      // A foundation without storage is a server: nothing is downloaded.
      this.#isCached = engine.storage === undefined || (await isStored(engine.storage, this.model));
      if (!this.#isCached && permission === 'cached') {
        this.#set('absent');
        return undefined;
      }
      this.#changed();
      await engine.load?.(this.model);
      await this.#check(engine);
      this.#set('ready');
      return engine;
    } catch (error) {
      this.#problem = FoundationError.isInstance(error)
        ? error
        : new FoundationError({
            code: 'RUNTIME_NOT_AVAILABLE',
            message: `The engine that runs ${this.model} cannot be started: ${error instanceof Error ? error.message : String(error)}`,
            cause: error,
          });
      this.#set('failed');
      return undefined;
    }
  }

  #set(state: ModelState): void {
    this.#state = state;
    this.#changed();
  }
}

async function isStored(storage: NonNullable<Engine['storage']>, model: string): Promise<boolean> {
  const usage = await storage.usage();
  return usage.some((each) => each.complete && shortId(each.model) === shortId(model));
}

/** `all-MiniLM-L6-v2` of `sentence-transformers/all-MiniLM-L6-v2`. */
const shortId = (model: string): string => model.slice(model.lastIndexOf('/') + 1);
