import { once } from 'node:events';
import { createNodeServer } from '@nearfield/server/node';
import { defineCommand } from '../command.ts';
import { createEngine, modelOption } from '../engine.ts';
import { keysOfVariable } from '../keys.ts';
import { ENGINE_OPTIONS } from '../options.ts';

export const serve = defineCommand({
  synopsis: '',
  summary: 'answer requests over HTTP',
  options: {
    ...ENGINE_OPTIONS,
    port: { type: 'string', value: 'PORT', help: 'default 8080' },
    host: { type: 'string', value: 'HOST', help: 'default 127.0.0.1: this machine only' },
    'api-key': {
      type: 'string',
      multiple: true,
      value: 'KEY',
      help: 'require this key; or the environment variable\nNEARFIELD_API_KEYS',
    },
    cors: {
      type: 'string',
      multiple: true,
      value: 'ORIGIN',
      help: 'let pages of this origin call, * for all',
    },
    'allow-host': {
      type: 'string',
      multiple: true,
      value: 'HOST',
      help: 'answer under this name too, * for any; default\nwithout a key: only names and addresses of this machine',
    },
    'public-url': {
      type: 'string',
      value: 'URL',
      help: 'the server’s address for the outside, if it is\nbehind a proxy',
    },
  },
  endsItself: true,
  async run({ values }, { stderr, env }) {
    const keys = [...values['api-key'], ...keysOfVariable('NEARFIELD_API_KEYS', env.NEARFIELD_API_KEYS)];
    const hosts = values['allow-host'];
    const foundation = await createEngine({
      models: values.model.map(modelOption),
      dataDirectory: values['data-dir'],
    });
    const server = await createNodeServer(foundation, {
      port: Number(values.port ?? 8080),
      host: values.host,
      ...(keys.length > 0 ? { apiKeys: keys } : {}),
      ...(values.cors.length > 0 ? { cors: values.cors } : {}),
      ...(hosts.length > 0 ? { allowedHosts: hosts } : {}),
      publicUrl: values['public-url'],
      onError: (error, requestId) => {
        // The caller does not learn what went wrong inside; this log has it.
        const inside =
          error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : error.message;
        stderr(`${requestId} ${error.code} ${inside}\n`);
      },
    });
    stderr(`Listening on ${server.url}\n`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await server.close();
    await foundation.close();
    return 0;
  },
});
