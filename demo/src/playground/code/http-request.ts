/** The HTTP request of a call, from the client that sends it: what is shown is what `@nearfield/remote` does. */
import { createRemote } from '@nearfield/remote';
import { callableOf, callOperation, type JsonRequest, type Operation } from '../operations.ts';

/** Stands for the key, which is never shown. */
export const KEY_PLACEHOLDER = 'JINA_API_KEY';

export interface HttpRequest {
  method: string;
  url: string;
  /** Without `Authorization`, which every request has. */
  headers: Readonly<Record<string, string>>;
  /** The JSON body. */
  body: unknown;
}

/** Headers that say nothing of a call. */
const USUAL = new Set(['authorization', 'content-type', 'accept']);

/**
 * The request that a call sends to a server.
 * @returns undefined where no request stands for the call
 * @throws FoundationError that the call ends with before anything is sent, such as NOT_SUPPORTED
 */
export async function httpRequestOf(
  operation: Operation,
  request: JsonRequest,
  baseUrl: string,
): Promise<HttpRequest | undefined> {
  let sent: HttpRequest | undefined;
  const remote = createRemote({
    baseUrl,
    apiKey: KEY_PLACEHOLDER,
    retries: 0,
    split: false,
    fetch: async (input, init) => {
      sent ??= await read(new Request(input, init));
      throw new TypeError('Nothing is sent.');
    },
  });
  if (!callableOf(remote, operation)) return undefined;
  try {
    await callOperation(remote, operation, request, {});
  } catch (error) {
    if (!sent) throw error;
  } finally {
    await remote.close();
  }
  return sent && { ...sent, body: asAsked(sent.body, request) };
}

/** The client lets numbers travel as base64, which it reads back; other readers get what the request says. */
function asAsked(body: unknown, { embedding_type: type }: JsonRequest): unknown {
  if (typeof body !== 'object' || body === null || !('embedding_type' in body)) return body;
  const { embedding_type: _, ...rest } = body;
  return type == null ? rest : { ...rest, embedding_type: type };
}

async function read(request: Request): Promise<HttpRequest> {
  const text = await request.text();
  return {
    method: request.method,
    url: request.url,
    headers: Object.fromEntries([...request.headers].filter(([name]) => !USUAL.has(name))),
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}
