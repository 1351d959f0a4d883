import { parentPort } from 'node:worker_threads';
import {
  answerInThread,
  type EngineThreadOptions,
  failThread,
  GuardedUrlReader,
} from '@nearfield/server/threads';
import { createEngine, type EngineOptions } from './engine.ts';
import { KeptIndex } from './search/places.ts';

/** Start data of a thread of `serve`. Plain data, because it crosses to the thread. */
export interface ServeThreadData {
  engine: EngineOptions;
  handler: Pick<
    EngineThreadOptions,
    | 'allow'
    | 'apiKeys'
    | 'cors'
    | 'allowedHosts'
    | 'publicUrl'
    | 'strict'
    | 'reranker'
    | 'headers'
    | 'maxBodyBytes'
  > & { apiKeys?: readonly string[] | undefined };
  /** Places of indexes, by the name under which they are searched. */
  indexes: readonly (readonly [name: string, place: string])[];
  allowUrls: readonly string[];
  preload: readonly string[];
}

/** Answers requests in a worker thread. */
export async function runServeThread({
  engine,
  handler,
  indexes,
  allowUrls,
  preload,
}: ServeThreadData): Promise<void> {
  if (!parentPort) throw new TypeError('A thread of serve has a parent.');
  try {
    const foundation = await createEngine(engine);
    // Opened by the first request for them: an engine that is away keeps no other request from its answer.
    const kept = indexes.map(([name, place]) => [name, new KeptIndex(place)] as const);
    answerInThread(parentPort, foundation, {
      ...handler,
      ...(kept.length > 0 && {
        indexes: Object.fromEntries(kept.map(([name, index]) => [name, () => index.get()])),
      }),
      end: () => Promise.all(kept.map(([, index]) => index.close())),
      urls: new GuardedUrlReader({ allowed: allowUrls }),
      preload,
      load: (model) => foundation.load(model),
    });
  } catch (error) {
    failThread(parentPort, error);
  }
}
