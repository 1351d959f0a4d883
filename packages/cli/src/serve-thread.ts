import { homedir } from 'node:os';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import {
  answerInThread,
  type EngineThreadOptions,
  FileWebhooks,
  failThread,
  GuardedUrlReader,
  PostgresWebhooks,
  type WebhookStore,
} from '@nearfield/server/threads';
import { DEFAULT_SCHEMA, smallPool } from './database.ts';
import { createEngine, type EngineOptions } from './engine.ts';

/** Start data of a thread of `serve`. Plain data, because it crosses to the thread. */
export interface ServeThreadData {
  engine: EngineOptions;
  handler: Pick<
    EngineThreadOptions,
    'apiKeys' | 'cors' | 'allowedHosts' | 'publicUrl' | 'strict' | 'reranker' | 'headers' | 'maxBodyBytes'
  > & { apiKeys?: readonly string[] | undefined };
  allowUrls: readonly string[];
  /** Whether this thread calls webhooks, and the key that signs them. */
  webhooks?: { secret: string | undefined } | undefined;
  preload: readonly string[];
}

/** Answers requests in a worker thread. */
export async function runServeThread({
  engine,
  handler,
  allowUrls,
  webhooks,
  preload,
}: ServeThreadData): Promise<void> {
  if (!parentPort) throw new TypeError('A thread of serve has a parent.');
  try {
    const foundation = await createEngine(engine);
    answerInThread(parentPort, foundation, {
      ...handler,
      ...(webhooks && { webhooks: await webhooksOf(engine), webhookSecret: webhooks.secret }),
      urls: new GuardedUrlReader({ allowed: allowUrls }),
      preload,
      load: (model) => foundation.load(model),
    });
  } catch (error) {
    failThread(parentPort, error);
  }
}

/** Beside the batches that they are for. */
async function webhooksOf({ database, dataDirectory }: EngineOptions): Promise<WebhookStore> {
  if (!database)
    return new FileWebhooks(join(dataDirectory ?? join(homedir(), '.cache', 'nearfield'), 'webhooks'));
  const { url, schema = DEFAULT_SCHEMA } = database;
  return new PostgresWebhooks({ pool: await smallPool(url), schema });
}
