#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { errorBody } from '@nearfield/server';
import { createNodeServer } from '@nearfield/server/node';
import { FoundationError } from '@nearfield/spec';
import { API_ENDPOINTS, runApi } from './api.ts';
import { createEngine, modelOption } from './engine.ts';
import { keysOfVariable } from './keys.ts';
import { runCommand, SEARCH_COMMANDS } from './search/command.ts';

const USAGE = `nearfield api ENDPOINT 'REQUEST JSON'   answer one request (- reads it from standard input)
nearfield serve                          answer requests over HTTP
nearfield index SOURCE --out DIRECTORY   build a search index of static files
nearfield search DIRECTORY "QUESTION"    search an index
nearfield eval QUESTIONS.tsv --index DIRECTORY   measure how well an index finds
nearfield table TEXTS --like MODEL --vocabulary FILE --out DIRECTORY   train a query table

COMMAND --help says more of index, search, eval and table.
Endpoints: ${API_ENDPOINTS.join(', ')}

Options:
  --model ID=SOURCE         a model from a directory, a URL or a hub id (repeatable)
  --model ID=LIKE:SOURCE    the same, used like the catalogue's model LIKE
  --data-dir DIRECTORY      directory of models, classifiers and batches
serve only:
  --port PORT               default 8080
  --host HOST               default 127.0.0.1: this machine only
  --api-key KEY             require this key (repeatable; or the environment variable NEARFIELD_API_KEYS)
  --cors ORIGIN             let pages of this origin call, * for all (repeatable)
  --allow-host HOST         answer under this name too, * for any (repeatable; default without a key: only names and
                            addresses of this machine)
  --public-url URL          the server's address for the outside, if it is behind a proxy
`;

const print = (stream: NodeJS.WriteStream, output: string): void => {
  stream.write(output);
};

async function main(argv: string[]): Promise<number> {
  const named = Object.hasOwn(SEARCH_COMMANDS, argv[0] ?? '') ? SEARCH_COMMANDS[argv[0]!] : undefined;
  if (named !== undefined) {
    return runCommand(named, argv.slice(1), {
      stdout: (output) => print(process.stdout, output),
      stderr: (output) => print(process.stderr, output),
      isTerminal: process.stderr.isTTY,
    });
  }
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      model: { type: 'string', multiple: true, default: [] },
      'data-dir': { type: 'string' },
      port: { type: 'string', default: '8080' },
      host: { type: 'string', default: '127.0.0.1' },
      'api-key': { type: 'string', multiple: true, default: [] },
      cors: { type: 'string', multiple: true, default: [] },
      'allow-host': { type: 'string', multiple: true, default: [] },
      'public-url': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, endpoint, request = ''] = positionals;
  if (values.help) {
    print(process.stdout, USAGE);
    return 0;
  }
  const engine = () =>
    createEngine({ models: values.model.map(modelOption), dataDirectory: values['data-dir'] });

  if (command === 'api' && endpoint !== undefined) {
    const json = request === '-' ? await text(process.stdin) : request;
    return runApi(endpoint, json, engine, {
      stdout: (output) => print(process.stdout, output),
      stderr: (output) => print(process.stderr, output),
    });
  }
  if (command === 'serve') {
    const keys = [
      ...values['api-key'],
      ...keysOfVariable('NEARFIELD_API_KEYS', process.env.NEARFIELD_API_KEYS),
    ];
    const hosts = values['allow-host'];
    const foundation = await engine();
    const server = await createNodeServer(foundation, {
      port: Number(values.port),
      host: values.host,
      ...(keys.length > 0 ? { apiKeys: keys } : {}),
      ...(values.cors.length > 0 ? { cors: values.cors } : {}),
      ...(hosts.length > 0 ? { allowedHosts: hosts } : {}),
      publicUrl: values['public-url'],
      onError: (error, requestId) => {
        // The caller does not learn what went wrong inside; this log has it.
        const inside =
          error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : error.message;
        print(process.stderr, `${requestId} ${error.code} ${inside}\n`);
      },
    });
    print(process.stderr, `Listening on ${server.url}\n`);
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    await server.close();
    await foundation.close();
    return 0;
  }
  print(process.stderr, USAGE);
  return 2;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const output = FoundationError.isInstance(error)
    ? JSON.stringify(errorBody(error, 'local'))
    : `${(error as Error).message}\n\n${USAGE}`;
  print(process.stderr, `${output}\n`);
  process.exitCode = FoundationError.isInstance(error) ? 1 : 2;
}
