import { text } from 'node:stream/consumers';
import { API_ENDPOINTS, runApi } from '../api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { createEngine, modelOption } from '../engine.ts';
import { ENGINE_OPTIONS } from '../options.ts';

export const api = defineCommand({
  synopsis: "ENDPOINT 'REQUEST JSON'",
  summary: 'answer one request of the API (- reads it from standard input)',
  options: ENGINE_OPTIONS,
  details: `Endpoints: ${API_ENDPOINTS.join(', ')}`,
  async run({ values, positionals: [endpoint, request = ''] }, { stdin, stdout, stderr }) {
    if (endpoint === undefined) throw new UsageError('api needs the name of an endpoint.');
    const json = request === '-' ? await text(stdin) : request;
    const engine = () =>
      createEngine({ models: values.model.map(modelOption), dataDirectory: values['data-dir'] });
    return runApi(endpoint, json, engine, { stdout, stderr });
  },
});
