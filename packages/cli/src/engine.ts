import type { LocalFoundation, NodeModel } from '@nearfield/core/node';
import type { PostgresOptions } from '@nearfield/core/postgres';
import { type Dtype, FoundationError, findModel } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';

/** Options of the engine on the command line. */
export interface EngineOptions {
  models: readonly NodeModel[];
  dataDirectory?: string | undefined;
  /** State that several processes share. @default files in the data directory */
  database?: PostgresOptions | undefined;
  /** Precision of model files. */
  dtype?: Dtype | undefined;
  threads?: number | undefined;
  /** Whether models are compared with their published values. @default true */
  selfCheck?: boolean | undefined;
}

/** The engine in this process. Loaded when first needed: a usage message does not need it. */
export async function createEngine({ database, ...options }: EngineOptions): Promise<LocalFoundation> {
  const { createNodeFoundation } = await import('@nearfield/core/node');
  if (!database) return createNodeFoundation(options);
  const { postgresState } = await import('@nearfield/core/postgres');
  return createNodeFoundation({ ...options, state: await postgresState(database) });
}

/**
 * A model as the command line names it: `ID=SOURCE`, or `ID=LIKE:SOURCE` where LIKE is the catalogue id whose
 * recipe it follows. SOURCE is a directory, a URL or a hub id.
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function modelOption(text: string): NodeModel {
  const [, id, rest] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (id === undefined || rest === undefined) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `--model takes ID=SOURCE or ID=LIKE:SOURCE, such as my-v3=jina-embeddings-v3:./model; it received '${shortened(text)}'.`,
      param: 'model',
    });
  }
  const colon = rest.indexOf(':');
  // Anything else before a colon is part of the source: https:, file:, C:.
  const like = colon > 0 ? findModel(rest.slice(0, colon))?.id : undefined;
  return like === undefined ? { id, source: rest } : { id, like, source: rest.slice(colon + 1) };
}
