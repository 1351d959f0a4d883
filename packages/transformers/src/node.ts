/**
 * transformers.js behind the interface of every other foundation, in a Node process.
 *
 * @module
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CallOptions, FoundationError, type SearchFoundation } from '@nearfield/spec';
import { Engine, type Job, type JobResult } from './engine/engine.ts';
import { filesOfFolders } from './engine/files.ts';
import type { Library } from './engine/library.ts';
import { type EngineHost, TransformersFoundation } from './foundation.ts';
import type { TransformersModel } from './models.ts';

export type { TransformersDtype, TransformersKind, TransformersModel } from './models.ts';

/** Options of `createNodeTransformers()`. */
export interface NodeTransformersOptions {
  /** Sources are paths of folders, or `file:` addresses. */
  models: readonly TransformersModel[];
}

/** Loads the library at the first call. */
class NodeEngineHost implements EngineHost {
  readonly #models: readonly TransformersModel[];
  #engine: Promise<Engine> | undefined;

  constructor(models: readonly TransformersModel[]) {
    this.#models = models;
  }

  async run(
    job: Job,
    { signal = new AbortController().signal, onProgress }: CallOptions,
  ): Promise<JobResult> {
    this.#engine ??= this.#start();
    const engine = await this.#engine;
    const work = engine.run(job, signal, (event) => onProgress?.(event));
    // Abandoned after an abort, it must not end as an unhandled rejection.
    work.catch(() => {});
    return Promise.race([
      work,
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    ]);
  }

  async close(): Promise<void> {
    const engine = await this.#engine?.catch(() => undefined);
    await engine?.close();
  }

  async #start(): Promise<Engine> {
    let library: Library;
    try {
      library = await import('@huggingface/transformers');
    } catch (error) {
      this.#engine = undefined;
      throw new FoundationError({
        code: 'RUNTIME_NOT_AVAILABLE',
        message:
          'The package @huggingface/transformers is not installed here: npm install @huggingface/transformers',
        retryable: false,
        cause: error,
      });
    }
    library.env.logLevel = library.LogLevel.ERROR;
    const models = this.#models;
    const files = filesOfFolders(library);
    return new Engine({ library, models, files, device: 'cpu' });
  }
}

/**
 * The same foundation in Node. The package @huggingface/transformers has to be installed beside it. Its settings are of
 * the whole process, so make one foundation with all models.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED if a model is not described well
 *
 * @example
 * const foundation = createNodeTransformers({
 *   models: [{ id: 'e5', source: './models/multilingual-e5-small', kind: 'text-embedding' }],
 * });
 */
export function createNodeTransformers({ models }: NodeTransformersOptions): SearchFoundation {
  const located = models.map((model) => ({
    ...model,
    source: model.source?.startsWith('file:') ? fileURLToPath(model.source) : resolve(model.source ?? ''),
  }));
  return new TransformersFoundation(models, new NodeEngineHost(located));
}
