import { parentPort } from 'node:worker_threads';
import {
  answerInThread,
  type EngineThreadOptions,
  failThread,
  GuardedUrlReader,
} from '@nearfield/server/threads';
import { createEngine, type EngineOptions } from './engine.ts';

/** Start data of a thread of `serve`. Plain data, because it crosses to the thread. */
export interface ServeThreadData {
  engine: EngineOptions;
  handler: Pick<
    EngineThreadOptions,
    'apiKeys' | 'cors' | 'allowedHosts' | 'publicUrl' | 'strict' | 'reranker' | 'headers' | 'maxBodyBytes'
  > & { apiKeys?: readonly string[] | undefined };
  allowUrls: readonly string[];
  preload: readonly string[];
}

/** Answers requests in a worker thread. */
export async function runServeThread({
  engine,
  handler,
  allowUrls,
  preload,
}: ServeThreadData): Promise<void> {
  if (!parentPort) throw new TypeError('A thread of serve has a parent.');
  try {
    const foundation = await createEngine(engine);
    answerInThread(parentPort, foundation, {
      ...handler,
      urls: new GuardedUrlReader({ allowed: allowUrls }),
      preload,
      load: (model) => foundation.load(model),
    });
  } catch (error) {
    failThread(parentPort, error);
  }
}
