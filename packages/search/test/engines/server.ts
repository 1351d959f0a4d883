/** A server of an engine's protocol, for its official client: it refuses whatever it does not know. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

export interface Asked {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly parameters: URLSearchParams;
  /** Parsed JSON, or lines of JSON. */
  readonly body: unknown;
}

export interface Answered {
  readonly status?: number;
  readonly body: unknown;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return undefined;
  if (/ndjson/.test(request.headers['content-type'] ?? '')) {
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  }
  return JSON.parse(text) as unknown;
}

/** Starts a server; it is closed after the tests of the file. @returns its address */
export async function startServer(
  answer: (asked: Asked) => Answered,
  headers: Record<string, string> = {},
): Promise<string> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    let answered: Answered;
    try {
      answered = answer({
        method: request.method ?? 'GET',
        path: decodeURIComponent(url.pathname),
        parameters: url.searchParams,
        body: await bodyOf(request),
      });
    } catch (error) {
      answered = {
        status: 400,
        body: { error: { type: 'illegal_argument', reason: String(error) }, status: 400 },
      };
    }
    response.writeHead(answered.status ?? 200, { 'content-type': 'application/json', ...headers });
    response.end(request.method === 'HEAD' ? undefined : JSON.stringify(answered.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Fields of an object, each of which has to be known. */
export function known<Fields extends object>(value: unknown, ...names: (keyof Fields & string)[]): Fields {
  if (typeof value !== 'object' || value === null)
    throw new Error(`expected an object, got ${String(value)}`);
  for (const name of Object.keys(value)) {
    if (!(names as string[]).includes(name)) throw new Error(`unknown field [${name}]`);
  }
  return value as Fields;
}

export const cosine = (left: readonly number[], right: readonly number[]): number => {
  let [product, one, two] = [0, 0, 0];
  for (const [at, value] of left.entries()) {
    product += value * right[at]!;
    one += value ** 2;
    two += right[at]! ** 2;
  }
  return product / Math.sqrt(one * two);
};
