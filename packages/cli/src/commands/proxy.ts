import { once } from 'node:events';
import { createRemote } from '@nearfield/remote';
import { createNodeServer } from '@nearfield/server/node';
import { FoundationError } from '@nearfield/spec';
import { countOf } from '../arguments.ts';
import { defineCommand, UsageError } from '../command.ts';
import { keysOfVariable } from '../keys.ts';
import { ACCESS_OPTIONS } from '../options.ts';

/** Endpoints that cost what one request costs: no jobs, and nothing that is kept under the key. */
const ENDPOINTS = ['embeddings', 'rerank', 'classify', 'segment', 'models'];

export const proxy = defineCommand({
  synopsis: '',
  summary: 'pass allowed requests on to Jina’s hosted API, with the key kept here',
  options: {
    port: { type: 'string', value: 'PORT', help: 'default 8080; 0 for any free one' },
    host: ACCESS_OPTIONS.host,
    cors: ACCESS_OPTIONS.cors,
    'allow-host': ACCESS_OPTIONS['allow-host'],
    endpoint: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: `an endpoint that may be asked; default\n${ENDPOINTS.join(', ')}`,
    },
    'allow-model': {
      type: 'string',
      multiple: true,
      value: 'ID',
      help: 'a model that may be asked; default all',
    },
    'requests-per-minute': { type: 'string', value: 'COUNT', help: 'of one address; default 60' },
    'tokens-per-minute': { type: 'string', value: 'COUNT', help: 'of one address; default 100000' },
    concurrency: { type: 'string', value: 'COUNT', help: 'requests of one address at a time; default 5' },
    'base-url': { type: 'string', value: 'URL', help: 'the API; default https://api.jina.ai' },
  },
  details: 'The key is in the environment variable JINA_API_KEY: callers need none, and do not learn it.',
  examples: [
    '# for a page on https://shop.example',
    'JINA_API_KEY=jina_… nearfield proxy --cors https://shop.example \\',
    '  --allow-host api.shop.example --allow-model jina-embeddings-v3',
  ],
  async run({ values, positionals }, { env, stderr }) {
    if (positionals.length > 0) throw new UsageError(`proxy takes no argument '${positionals[0]}'.`);
    const [apiKey] = keysOfVariable('JINA_API_KEY', env.JINA_API_KEY);
    if (apiKey === undefined) {
      throw new FoundationError({
        code: 'AUTH_MISSING_API_KEY',
        message: 'Put the key of the hosted API in the environment variable JINA_API_KEY.',
      });
    }
    const listed = <Value>(list: readonly Value[]): readonly Value[] | undefined =>
      list.length > 0 ? list : undefined;
    await using remote = createRemote({
      apiKey,
      // What a page asks for costs one request at most; it hears itself that the API is busy.
      split: false,
      retries: 0,
      ...(values['base-url'] !== undefined && { baseUrl: values['base-url'] }),
    });
    const server = await createNodeServer(remote, {
      port: countOf('port', values.port, 0),
      host: values.host,
      cors: listed(values.cors),
      allowedHosts: listed(values['allow-host']),
      allow: { endpoints: listed(values.endpoint) ?? ENDPOINTS, models: listed(values['allow-model']) },
      limits: {
        requestsPerMinute: countOf('requests-per-minute', values['requests-per-minute']) ?? 60,
        tokensPerMinute: countOf('tokens-per-minute', values['tokens-per-minute']) ?? 100_000,
        concurrency: countOf('concurrency', values.concurrency) ?? 5,
      },
      // The hosted API reads addresses under its own rules.
      urls: undefined,
      onError: (error, requestId) => stderr(`${requestId} ${error.code} ${error.message}\n`),
    });
    stderr(`Listening on ${server.url}\n`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await server.drain();
    return 0;
  },
});
