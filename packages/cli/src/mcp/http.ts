import { createMcpHandler } from '@modelcontextprotocol/server';
import { createGuardedServer, type GuardedServerOptions, type NodeServer } from '@nearfield/server/node';
import { filtered, filterOf } from './filter.ts';
import { mcpServer, type ServerFacts } from './server.ts';
import type { Tool } from './tool.ts';

/** Addresses of the protocol: the usual one, and that of Jina's own server. */
const PATHS = ['/mcp', '/v1'] as const;

/** Bytes of a request: a thousand documents of some pages. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Headers of the protocol that pages send and read. */
const HEADERS = {
  allowed: [
    'Content-Type',
    'Accept',
    'Authorization',
    'MCP-Protocol-Version',
    'MCP-Session-Id',
    'Last-Event-ID',
  ],
  exposed: ['MCP-Session-Id'],
};

/** Serves tools over streamable HTTP, without sessions: each request is complete in itself. */
export async function serveMcp(
  tools: readonly Tool[],
  { version, maxTokens, ...options }: ServerFacts & Omit<GuardedServerOptions, 'headers' | 'onClosing'>,
): Promise<NodeServer> {
  const mcp = createMcpHandler(
    ({ requestInfo }) => {
      const query = new URL(requestInfo!.url).searchParams;
      const facts = { version, maxTokens: budgetOf(query) ?? maxTokens };
      return mcpServer(filtered(tools, filterOf(query)), facts);
    },
    { maxRequestBodySize: MAX_BODY_BYTES },
  );
  const handler = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname === '/health') return Response.json({ status: 'ok' });
    if (PATHS.some((path) => path === pathname)) return mcp.fetch(request);
    return Response.json(
      { name: 'nearfield', version, endpoint: PATHS[0] },
      { status: pathname === '/' ? 200 : 404 },
    );
  };
  return createGuardedServer(handler, { ...options, headers: HEADERS, onClosing: () => void mcp.close() });
}

/** `max_tokens` of an address: tokens of an answer at most, 0 for no limit. */
function budgetOf(query: URLSearchParams): number | undefined {
  const text = query.get('max_tokens');
  if (text === null || !/^\d+$/.test(text)) return undefined;
  return Number(text);
}
