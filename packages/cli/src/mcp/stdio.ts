import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { mcpServer, type ServerFacts } from './server.ts';
import type { Tool } from './tool.ts';

/** A client that started this process. */
export interface Connection {
  /** Resolves when the client has closed its end. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

/** Answers the client at the process's standard input and output. */
export function serveMcpOverStdio(tools: readonly Tool[], facts: ServerFacts): Connection {
  const handle = serveStdio(() => mcpServer(tools, facts));
  const ended = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
  });
  return { ended, close: () => handle.close() };
}
