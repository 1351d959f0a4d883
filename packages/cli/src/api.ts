import { createHandler, errorBody } from '@nearfield/server';
import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';

/** Receivers of output. */
export interface ApiOutput {
  /** The API's JSON response, or JSONL, and nothing else. */
  stdout: (text: string) => void;
  /** The API's error JSON. */
  stderr: (text: string) => void;
}

interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: string | undefined;
}

const POSTS: Record<string, string> = {
  embeddings: '/v1/embeddings',
  'multi-vector': '/v1/multi-vector',
  rerank: '/v1/rerank',
  classify: '/v1/classify',
  train: '/v1/train',
  segment: '/v1/segment',
  chat: '/v1/chat/completions',
};

/** Endpoints of {@link runApi}. */
export const API_ENDPOINTS = [
  ...Object.keys(POSTS),
  'capabilities',
  'classifiers',
  'models',
  'batch',
  'batches',
] as const;

const invalid = (message: string): FoundationError =>
  new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message });

const idOf = (value: unknown): string => {
  if (typeof value !== 'string' || value === '') throw invalid('The id must be a string.');
  return encodeURIComponent(value);
};

/** The HTTP request that an endpoint's name and JSON stand for. */
function routeOf(endpoint: string, text: string): Route {
  const path = POSTS[endpoint];
  if (path !== undefined) return { method: 'POST', path, body: text };
  const request = text.trim() === '' ? {} : fieldsOf(text);
  switch (endpoint) {
    case 'models':
      return {
        method: 'GET',
        path: request.id === undefined ? '/v1/models' : `/v1/models/${idOf(request.id)}`,
      };
    case 'capabilities':
      return { method: 'GET', path: '/v1/capabilities' };
    case 'classifiers':
      return request.delete === undefined
        ? { method: 'GET', path: '/v1/classifiers' }
        : { method: 'DELETE', path: `/v1/classifiers/${idOf(request.delete)}` };
    case 'batches':
      return { method: 'GET', path: `/v1/batches?limit=${encodeURIComponent(String(request.limit ?? 20))}` };
    case 'batch':
      for (const file of ['output', 'errors'] as const) {
        if (request[file] !== undefined)
          return { method: 'GET', path: `/v1/batch/${idOf(request[file])}/${file}` };
      }
      if (request.get !== undefined) return { method: 'GET', path: `/v1/batch/${idOf(request.get)}` };
      if (request.cancel !== undefined)
        return { method: 'DELETE', path: `/v1/batch/${idOf(request.cancel)}` };
      return { method: 'POST', path: '/v1/batch/embeddings', body: text };
    default:
      throw new FoundationError({
        code: 'RESOURCE_NOT_FOUND',
        message: `Endpoint '${shortened(endpoint)}' not found. Use one of: ${API_ENDPOINTS.join(', ')}.`,
      });
  }
}

function fieldsOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(`The request is not JSON: ${(cause as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalid('The request must be a JSON object.');
}

const RUNNING = ['pending', 'processing'];
const POLL_MILLISECONDS = 50;

/** A job lives in this process, so its end is awaited; the answer is its last status. */
async function settled(
  foundation: SearchFoundation,
  status: { batch_id: string; status: string },
): Promise<unknown> {
  let current: { batch_id: string; status: string } = status;
  while (RUNNING.includes(current.status)) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    current = await foundation.batches.get(current.batch_id);
  }
  return current;
}

/**
 * One request, one answer: the same as a server's, through the same handler.
 *
 * `embeddings`, `multi-vector`, `rerank`, `classify`, `train`, `segment` and `chat` take the API's request.
 * `capabilities` takes nothing; `models` nothing or `{"id"}`; `classifiers` nothing or `{"delete": id}`; `batches` nothing or `{"limit"}`;
 * `batch` a batch request (and waits until the job ends) or one of `{"get": id}`, `{"cancel": id}`,
 * `{"output": id}`, `{"errors": id}`.
 *
 * @param request JSON text
 * @returns the exit code: 0, or 1 after an error
 */
export async function runApi(
  endpoint: string,
  request: string,
  createFoundation: () => SearchFoundation | Promise<SearchFoundation>,
  { stdout, stderr }: ApiOutput,
): Promise<number> {
  let foundation: SearchFoundation | undefined;
  try {
    const { method, path, body } = routeOf(endpoint, request);
    foundation = await createFoundation();
    const response = await createHandler(foundation, { maxBodyBytes: Number.MAX_SAFE_INTEGER })(
      new Request(`http://localhost${path}`, {
        method,
        ...(body === undefined ? {} : { body, headers: { 'Content-Type': 'application/json' } }),
      }),
    );
    if (!response.ok) {
      stderr(`${await response.text()}\n`);
      return 1;
    }
    if (path.startsWith('/v1/batch/') && method === 'POST') {
      const status = await settled(
        foundation,
        (await response.json()) as { batch_id: string; status: string },
      );
      stdout(`${JSON.stringify(status)}\n`);
      return 0;
    }
    if (response.headers.get('Content-Type')?.includes('jsonl')) {
      const decoder = new TextDecoder();
      for await (const chunk of response.body!) stdout(decoder.decode(chunk, { stream: true }));
    } else {
      stdout(`${await response.text()}\n`);
    }
    return 0;
  } catch (error) {
    if (!FoundationError.isInstance(error)) throw error;
    stderr(`${JSON.stringify(errorBody(error, 'local'))}\n`);
    return 1;
  } finally {
    await foundation?.close();
  }
}
