import {
  type BatchesApi,
  type BatchOutputLine,
  type BatchRequest,
  type BatchStatus,
  type CallOptions,
  type EmbeddingsResponse,
  FoundationError,
} from '@nearfield/spec';
import {
  BatchesBodySchema,
  BatchLineBodySchema,
  BatchRequestSchema,
  BatchStatusBodySchema,
  EmbeddingsBodySchema,
  invalid,
  parse,
  parseResponse,
  readJsonLines,
} from '@nearfield/spec/implement';
import { pathOf } from './addresses.ts';
import type { Api } from './api.ts';
import { bodyOf } from './request-body.ts';
import { decodeVectors } from './vectors.ts';

export async function create(api: Api, request: BatchRequest, options?: CallOptions): Promise<BatchStatus> {
  const parsed = parse(BatchRequestSchema, request);
  const input = parsed.input instanceof Blob ? await linesOf(parsed.input) : parsed.input;
  const call = api.post('batches', '/v1/batch/embeddings', bodyOf({ ...parsed, input }));
  return api.transport.json(call, BatchStatusBodySchema, options);
}

export const get = async (api: Api, id: string, options?: CallOptions): Promise<BatchStatus> =>
  api.transport.json(api.get('batches', `/v1/batch/${pathOf(id)}`), BatchStatusBodySchema, options);

export function list(
  api: Api,
  options: Parameters<BatchesApi['list']>[0] = {},
): ReturnType<BatchesApi['list']> {
  const call = api.get('batches', '/v1/batches');
  if (options.limit !== undefined) call.url.searchParams.set('limit', String(options.limit));
  return api.transport.json(call, BatchesBodySchema, options);
}

export const cancel = async (api: Api, id: string, options?: CallOptions): Promise<BatchStatus> =>
  api.transport.json(api.delete('batches.cancel', `/v1/batch/${pathOf(id)}`), BatchStatusBodySchema, options);

/** Lines of a job's results or errors. */
export async function* lines(
  api: Api,
  id: string,
  file: 'output' | 'errors',
  options?: CallOptions,
): AsyncGenerator<BatchOutputLine> {
  const what = `batches.${file}`;
  const call = api.get(what, `/v1/batch/${pathOf(id)}/${file}`);
  call.headers = { Accept: 'application/jsonl, application/json' };
  const fail = (line: number, why: string, cause: unknown): FoundationError =>
    new FoundationError({
      code: 'RESPONSE_INVALID',
      message: `Line ${line} of the server's answer to ${what} ${why}.`,
      cause,
    });
  for await (const { value } of readJsonLines(api.transport.bytes(call, options), fail)) {
    const line = parseResponse(BatchLineBodySchema, value, what);
    const { response } = line as { response?: { status_code: number; body?: unknown } | null };
    if (response?.body === undefined) {
      yield line;
      continue;
    }
    const body = decodeVectors(parseResponse(EmbeddingsBodySchema, response.body, what), 'float', what);
    yield { ...line, response: { ...response, body: body as EmbeddingsResponse } };
  }
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

/** @throws FoundationError INPUT_VALIDATION_FAILED for a file that is not JSONL or whose lines are no requests */
async function linesOf(file: Blob): Promise<BatchRequest['input']> {
  const read: unknown[] = [];
  const fail = (line: number, why: string, cause: unknown): FoundationError =>
    invalid('input', `Line ${line} of the file ${why}.`, { cause });
  for await (const { value } of readJsonLines(chunksOf(file.stream()), fail)) read.push(value);
  return parse(BatchRequestSchema, { model: 'file', input: read }).input as BatchRequest['input'];
}
