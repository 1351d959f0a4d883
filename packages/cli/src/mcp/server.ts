import { McpServer } from '@modelcontextprotocol/server';
import { FoundationError } from '@nearfield/spec';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import { fitted, type Tool } from './tool.ts';

/** Agents' clients take answers of 25,000 tokens; some room is left for what is around them. */
const MAX_TOKENS = 22_000;

export interface ServerFacts {
  /** Version of the command. */
  readonly version: string;
  /** Tokens of an answer at most, 0 for no limit. @default 22,000 */
  readonly maxTokens?: number | undefined;
}

const INSTRUCTIONS = `Works on texts by meaning, on the machine of the user: no text leaves it.
- sort_by_relevance: which of these documents answer a question
- classify_text: which label fits each text
- deduplicate_strings: which strings say the same, which represent a list
- segment: chunks and token counts of a long text
- embed: vectors of texts
- search_index: passages of the user's own documents
- read_url: a public web page or PDF as Markdown, or what of it answers a question`;

/** A server of the tools. One is made for each connection or request; models are shared through the tools. */
export function mcpServer(
  tools: readonly Tool[],
  { version, maxTokens = MAX_TOKENS }: ServerFacts,
): McpServer {
  const server = new McpServer(
    { name: 'nearfield', title: 'Nearfield', version },
    { instructions: INSTRUCTIONS },
  );
  for (const tool of tools) {
    server.registerTool(
      tool.name,
      {
        title: tool.title,
        description: tool.description,
        inputSchema: toStandardJsonSchema(tool.input),
        annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: tool.tag === 'read' },
      },
      async (argument, { mcpReq }) => {
        try {
          const items = await tool.run(argument, { signal: mcpReq.signal });
          const { texts, note } = fitted(items, maxTokens || Number.POSITIVE_INFINITY);
          const all = note === undefined ? texts : [...texts, note];
          return { content: all.map((text) => ({ type: 'text' as const, text })) };
        } catch (error) {
          mcpReq.signal.throwIfAborted();
          if (!FoundationError.isInstance(error)) throw error;
          return { isError: true, content: [{ type: 'text', text: `Error: ${error.message}` }] };
        }
      },
    );
  }
  return server;
}
