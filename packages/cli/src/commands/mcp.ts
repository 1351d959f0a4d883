import { once } from 'node:events';
import { countOf } from '../arguments.ts';
import { defineCommand, UsageError } from '../command.ts';
import { EMBEDDER, RERANKER } from '../embedded.ts';
import { defaultModel, foundationOf } from '../foundation.ts';
import { keysOfVariable } from '../keys.ts';
import type { Tool } from '../mcp/tool.ts';
import { ACCESS_OPTIONS, MODEL_OPTIONS } from '../options.ts';
import { placesOf } from '../search/places.ts';
import { ownVersion } from '../version.ts';

const PORT = 8090;

const { 'api-key': _, ...COMPUTE_OPTIONS } = MODEL_OPTIONS;

export const mcp = defineCommand({
  synopsis: '[INDEX ...]',
  summary: 'tools for agents, by the Model Context Protocol',
  options: {
    index: {
      type: 'string',
      multiple: true,
      value: 'NAME=INDEX',
      help: 'an index to search, and its name',
    },
    tools: {
      type: 'string',
      multiple: true,
      value: 'NAME,NAME',
      help: 'only these tools, or tools with these tags',
    },
    'max-tokens': {
      type: 'string',
      value: 'NUMBER',
      help: 'tokens of an answer at most, 0 for no limit\n(default 22000)',
    },
    embedder: { type: 'string', value: 'ID', help: `embedding model (default ${EMBEDDER})` },
    reranker: { type: 'string', value: 'ID', help: `reranker (default ${RERANKER})` },
    http: { type: 'boolean', help: 'answer over streamable HTTP' },
    port: { type: 'string', value: 'PORT', help: `with --http: default ${PORT}` },
    ...ACCESS_OPTIONS,
    ...COMPUTE_OPTIONS,
  },
  details: `An agent's client starts the command and speaks with it over standard input and output; with --http it is a server
for several, at http://127.0.0.1:${PORT}/mcp. Each INDEX is searched under its own name: a folder of
nearfield index or of a live index, the address of an engine, or of an index at a server.`,
  examples: [
    'nearfield mcp',
    'nearfield mcp dist/search',
    'nearfield mcp --index handbook=./handbook --index api=postgres://localhost/site',
    'nearfield mcp --tools rerank,search --http --port 8090',
  ],
  endsItself: true,
  async run({ values, positionals }, context) {
    const port = countOf('port', values.port, 0) ?? PORT;
    const maxTokens = countOf('max-tokens', values['max-tokens'], 0);
    const places = placesOf(positionals, values.index);
    const apiKeys = [
      ...values['api-key'],
      ...keysOfVariable('NEARFIELD_API_KEYS', context.env.NEARFIELD_API_KEYS),
    ];
    const { 'api-key': _, ...compute } = values;
    const foundation = await foundationOf(compute, context.env);
    try {
      const { textTools } = await import('../mcp/tools.ts');
      const models = {
        foundation,
        embedder: values.embedder ?? defaultModel('embed', compute),
        reranker: values.reranker ?? defaultModel('rerank', compute),
      };
      const { readTool } = await import('../mcp/read-tool.ts');
      const all = [...textTools(models), readTool(models)];
      if (places.size > 0) {
        const { searchTool } = await import('../mcp/search-tool.ts');
        all.push(searchTool(places, models));
      }
      const tools = chosenTools(all, values.tools);
      const version = ownVersion();
      if (values.http) {
        const { serveMcp } = await import('../mcp/http.ts');
        const server = await serveMcp(tools, {
          version,
          maxTokens,
          port,
          host: values.host,
          ...(apiKeys.length > 0 && { apiKeys }),
          ...(values.cors.length > 0 && { cors: values.cors }),
          ...(values['allow-host'].length > 0 && { allowedHosts: values['allow-host'] }),
        });
        context.stderr(`Listening on ${server.url}/mcp\n`);
        await signalled();
        await server.drain();
      } else {
        const { serveMcpOverStdio } = await import('../mcp/stdio.ts');
        const connection = serveMcpOverStdio(tools, { version, maxTokens });
        await Promise.race([connection.ended, signalled()]);
        await connection.close();
      }
      return 0;
    } finally {
      await foundation.close();
    }
  },
});

/** @throws UsageError for a name that is neither a tool's nor a tag */
function chosenTools(tools: readonly Tool[], lists: readonly string[]): readonly Tool[] {
  const names = lists.flatMap((list) => list.split(',')).map((name) => name.trim());
  if (names.length === 0) return tools;
  const known = new Set<string>(tools.flatMap(({ name, tag }) => [name, tag]));
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined)
    return tools.filter(({ name, tag }) => names.includes(name) || names.includes(tag));
  throw new UsageError(`There is no tool '${unknown}'. Tools and tags: ${[...known].join(', ')}.`);
}

/** Waits for a signal; a second one ends the process at once. */
async function signalled(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
}
