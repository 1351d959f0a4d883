import { text } from 'node:stream/consumers';
import { API_ENDPOINTS, runApi } from '../api.ts';
import { defineCommand, UsageError } from '../command.ts';
import { foundationOf } from '../foundation.ts';
import { MODEL_OPTIONS } from '../options.ts';

/** Names on the first line of the list. */
const HALF = 7;

export const api = defineCommand({
  synopsis: "ENDPOINT 'REQUEST JSON'",
  summary: 'answer one request of the API (- reads it from standard input)',
  options: MODEL_OPTIONS,
  details: `Prints the API's answer, or its error on standard error.
Endpoints: ${API_ENDPOINTS.slice(0, HALF).join(', ')},
  ${API_ENDPOINTS.slice(HALF).join(', ')}`,
  examples: [
    `nearfield api embeddings '{"model": "all-MiniLM-L6-v2", "input": ["hello"]}'`,
    'nearfield api rerank - < request.json',
  ],
  async run({ values, positionals: [endpoint, request = '', ...more] }, { stdin, stdout, stderr, env }) {
    if (endpoint === undefined || more.length > 0)
      throw new UsageError('Name one endpoint, and its request.');
    const json = request === '-' ? await text(stdin) : request;
    return runApi(endpoint, json, () => foundationOf(values, env), { stdout, stderr });
  },
});
