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
import type { PageReader } from '@nearfield/spec';
import { DEFAULT_SCHEMA, smallPool } from './database.ts';
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
  /** Whether this thread calls webhooks, and the key that signs them. */
  webhooks?: { secret: string | undefined } | undefined;
  preload: readonly string[];
}

/** Answers requests in a worker thread. */
export async function runServeThread({
  engine,
  handler,
  indexes,
  allowUrls,
  webhooks,
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
      ...(webhooks && { webhooks: await webhooksOf(engine), webhookSecret: webhooks.secret }),
      urls: new GuardedUrlReader({ allowed: allowUrls }),
      reader: lazyReader(),
      preload,
      load: (model) => foundation.load(model),
    });
  } catch (error) {
    failThread(parentPort, error);
  }
}

/** Reads what requests hold; the server loads addresses itself, under its own rules. */
function lazyReader(): PageReader {
  let reader: PageReader | undefined;
  return {
    async read(request, options) {
      reader ??= (await import('@nearfield/reader')).createReader({
        load: (url) => {
          throw new TypeError(`${url} was to be loaded by the server.`);
        },
      });
      return reader.read(request, options);
    },
  };
}

/** Beside the batches that they are for. */
async function webhooksOf({ database, dataDirectory }: EngineOptions): Promise<WebhookStore> {
  if (!database)
    return new FileWebhooks(join(dataDirectory ?? join(homedir(), '.cache', 'nearfield'), 'webhooks'));
  const { url, schema = DEFAULT_SCHEMA } = database;
  return new PostgresWebhooks({ pool: await smallPool(url), schema });
}
