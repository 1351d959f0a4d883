import {
  checkHandlerOptions,
  createThreadedServer,
  GuardedUrlReader,
  postgresWindows,
  type ThreadedServer,
} from '@nearfield/server/threads';
import { type Dtype, findModel } from '@nearfield/spec';
import { countOf } from '../arguments.ts';
import { type CommandContext, defineCommand, UsageError } from '../command.ts';
import { DATABASE_OPTIONS, DEFAULT_SCHEMA, databaseOf, smallPool } from '../database.ts';
import { keysOfVariable } from '../keys.ts';
import { type ServedModel, servedModels } from '../model-sources.ts';
import { ACCESS_OPTIONS, ENGINE_OPTIONS } from '../options.ts';
import { isAtServer, isNamed, PLACES, placesOf, requireIndex } from '../search/places.ts';
import type { ServeThreadData } from '../serve-thread.ts';
import { startThread } from '../thread.ts';

const MEGABYTE = 1024 * 1024;
/** Exit statuses of a process that a second signal ended. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

export const serve = defineCommand({
  synopsis: '',
  summary: 'answer requests over HTTP, as Jina’s API at your own address',
  options: {
    ...ENGINE_OPTIONS,
    index: {
      type: 'string',
      multiple: true,
      value: 'NAME=INDEX',
      help: `search this index at /v1/indexes/NAME/search: ${PLACES};\nwithout NAME= its folder’s name`,
    },
    port: { type: 'string', value: 'PORT', help: 'default 8080; 0 for any free one' },
    ...ACCESS_OPTIONS,
    'public-url': {
      type: 'string',
      value: 'URL',
      help: 'the server’s address for the outside, if it is\nbehind a proxy',
    },
    'allow-url': {
      type: 'string',
      multiple: true,
      value: 'PREFIX',
      help: 'URLs that requests may name (images, batch files,\nwebhooks), * for all public https ones; default none',
    },
    endpoint: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'an endpoint that may be asked, such as indexes or\nembeddings; default all',
    },
    strict: { type: 'boolean', help: 'refuse what the references and clients send beyond\nthe contract' },
    'max-body': { type: 'string', value: 'MEGABYTES', help: 'default 64' },
    'requests-per-minute': {
      type: 'string',
      value: 'COUNT',
      help: 'of one key or address; default no limit',
    },
    'tokens-per-minute': { type: 'string', value: 'COUNT', help: 'likewise' },
    concurrency: {
      type: 'string',
      value: 'COUNT',
      help: 'requests of one caller at a time; default no limit',
    },
    ...DATABASE_OPTIONS,
    dtype: { type: 'string', value: 'DTYPE', help: 'precision of model files, such as q8 or fp32' },
    threads: { type: 'string', value: 'COUNT', help: 'default all cores, at most 8' },
    log: {
      type: 'string',
      value: 'FORMAT',
      help: 'json: one line of JSON for each request, without\ncontents; default none',
    },
    'test-weights': {
      type: 'boolean',
      help: 'do not compare models with their published values:\nfor tests with other weights under a model’s id',
    },
  },
  details: 'Serves the embedded models on http://127.0.0.1:8080, and those of --model.',
  examples: [
    'nearfield serve',
    'nearfield serve --model jina-embeddings-v3=./models/v3',
    'nearfield serve --database postgres://user:password@host/database',
    'nearfield serve --index docs=dist/search --index shop=postgres://localhost/shop',
    'nearfield serve --host 0.0.0.0 --api-key "$KEY"',
  ],
  endsItself: true,
  async run({ values, positionals }, context) {
    if (positionals.length > 0) throw new UsageError(`serve takes no argument '${positionals[0]}'.`);
    const keys = [
      ...values['api-key'],
      ...keysOfVariable('NEARFIELD_API_KEYS', context.env.NEARFIELD_API_KEYS),
    ];
    if (values.log !== undefined && values.log !== 'json') throw new UsageError('--log takes json.');
    const named = values.index.filter(isNamed);
    const indexes = placesOf(
      values.index.filter((each) => !named.includes(each)),
      named,
    );
    const elsewhere = [...indexes.values()].find(isAtServer);
    if (elsewhere !== undefined)
      throw new UsageError(`${elsewhere} is at a server already. Name what that one serves.`);
    const models = servedModels(values.model);
    const maxBodyBytes = (countOf('max-body', values['max-body']) ?? 64) * MEGABYTE;
    const data: ServeThreadData = {
      engine: {
        models: models.map(({ model }) => model),
        dataDirectory: values['data-dir'],
        database: databaseOf(values, context.env),
        dtype: values.dtype as Dtype | undefined,
        threads: countOf('threads', values.threads),
        selfCheck: !values['test-weights'],
      },
      handler: {
        // Wrong ones stop the command before anything is started.
        ...(keys.length > 0 && { apiKeys: keys }),
        ...(values.cors.length > 0 && { cors: values.cors }),
        allowedHosts: allowedHosts(values['allow-host'], values.host, keys.length > 0),
        publicUrl: values['public-url'],
        ...(values.endpoint.length > 0 && { allow: { endpoints: values.endpoint } }),
        strict: values.strict,
        reranker: models.find(({ model }) => isReranker(model))?.model.id,
        maxBodyBytes,
        ...(values['test-weights'] && { headers: { 'X-Nearfield-Test-Weights': 'true' } }),
      },
      indexes: [...indexes],
      allowUrls: values['allow-url'],
      webhooks: { secret: context.env.NEARFIELD_WEBHOOK_SECRET || undefined },
      preload: models.filter(({ isHere }) => isHere).map(({ model }) => model.id),
    };
    // Here already: what is wrong stops the command before it listens.
    for (const place of indexes.values()) requireIndex(place);
    checkHandlerOptions(data.handler);
    new GuardedUrlReader({ allowed: data.allowUrls });
    const thread = (workerData: ServeThreadData) => startThread(context.script, workerData);
    const { stderr } = context;
    const isLimited =
      values['requests-per-minute'] !== undefined || values['tokens-per-minute'] !== undefined;
    const pool = data.engine.database && isLimited ? await smallPool(data.engine.database.url) : undefined;
    const server = await createThreadedServer({
      engine: () => thread(data),
      // It reads texts; the models of its engine are not loaded.
      text: () =>
        thread({
          ...data,
          preload: [],
          indexes: [],
          webhooks: undefined,
          engine: { ...data.engine, database: undefined, threads: 1 },
        }),
      port: countOf('port', values.port, 0),
      host: values.host,
      maxBodyBytes,
      callers: data.handler,
      limits: {
        ...(pool && {
          windows: postgresWindows({ pool, schema: data.engine.database?.schema ?? DEFAULT_SCHEMA }),
        }),
        requestsPerMinute: countOf('requests-per-minute', values['requests-per-minute']),
        tokensPerMinute: countOf('tokens-per-minute', values['tokens-per-minute']),
        concurrency: countOf('concurrency', values.concurrency),
      },
      ...(values.log === 'json' && {
        onRequest: (entry) => stderr(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`),
      }),
      onError: (error, requestId) => {
        // The caller does not learn what went wrong inside; this log has it.
        const inside =
          error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : error.message;
        stderr(`${requestId} ${error.code} ${inside}\n`);
      },
    });
    stderr(greeting(server, models, [...indexes]));
    const started = server.ready().then(
      () => stderr('Ready\n'),
      (error: Error) => {
        // Options that are wrong stop the command; a model that cannot be loaded is a matter of its requests.
        if (server.failure()) throw error;
        stderr(`The models cannot be loaded: ${error.message}\n`);
      },
    );
    try {
      await Promise.race([ended(context), started.then(() => new Promise(() => {}))]);
    } finally {
      await server.drain();
      await pool?.end();
    }
    return 0;
  },
});

/** Waits for a signal and lets running requests finish; a second signal ends the process. */
function ended({ stderr }: CommandContext): Promise<void> {
  return new Promise((resolve) => {
    for (const [signal, status] of Object.entries(SIGNALS)) {
      let count = 0;
      process.on(signal, () => {
        if (++count > 1) process.exit(status);
        stderr('Finishing the requests that are running; once more to end at once\n');
        resolve();
      });
    }
  });
}

const isReranker = ({ id, like, recipe }: ServedModel['model']): boolean =>
  recipe?.kind === 'cross-encoder' || findModel(like ?? id)?.kind === 'reranker';

/** Without keys, names of this machine and what the options name; with them, any name unless some are listed. */
function allowedHosts(
  listed: readonly string[],
  host: string | undefined,
  hasKeys: boolean,
): readonly string[] | undefined {
  if (listed.length === 0 && (hasKeys || host === undefined)) return undefined;
  return host === undefined ? listed : [...listed, host.includes(':') ? `[${host}]` : host];
}

/** An address without its user's name and password. */
const withoutUser = (place: string): string => place.replace(/\/\/[^/@]*@/, '//');

/** The served models, and an example request. */
function greeting(
  { url }: ThreadedServer,
  models: readonly ServedModel[],
  indexes: ServeThreadData['indexes'],
): string {
  const width = Math.max(0, ...models.map(({ model }) => model.id.length));
  const example = models.find(({ model }) => !isReranker(model))?.model.id ?? 'all-MiniLM-L6-v2';
  return [
    `Listening on ${url}`,
    ...models.map(({ model, from }) => `  ${model.id.padEnd(width)}  ${from}`),
    'Other models of the catalogue are downloaded when they are asked for.',
    ...indexes.map(([name, place]) => `  ${url}/v1/indexes/${name}/search  ${withoutUser(place)}`),
    `Try: curl ${url}/v1/embeddings -H 'Content-Type: application/json' -d '{"model":"${example}","input":["hello"]}'`,
    `Docs: ${url}/docs`,
    '',
  ].join('\n');
}
