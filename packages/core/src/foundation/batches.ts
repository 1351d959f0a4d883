import type { BatchesApi, BatchOutputLine, BatchRequest, CallOptions, EmbeddingTask } from '@nearfield/spec';
import {
  BatchRequestSchema,
  invalid,
  notSupported,
  parseStrictly,
  randomId,
} from '@nearfield/spec/implement';
import { check } from '../requests/batch-line.ts';
import type { BatchSource, NewBatch } from '../requests/batches.ts';
import type { EngineClient } from './engine-client.ts';

const DEFAULT_LIMIT = 20;

/** `/v1/batch…` in a page: checks requests, reads results page by page. */
export function batchesApi(engine: EngineClient): BatchesApi {
  async function* lines(
    kind: 'succeeded' | 'failed',
    id: string,
    options: CallOptions = {},
  ): AsyncGenerator<BatchOutputLine, void, undefined> {
    let page: number | undefined = 0;
    while (page !== undefined) {
      const found: { lines: BatchOutputLine[]; next: number | undefined } = await engine.call(
        'batches.lines',
        { id, kind, page },
        options,
      );
      yield* found.lines;
      page = found.next;
    }
  }

  let isSettling = false;
  /** A call that lasts until no job is left: the worker does not count as idle, and if it dies, another continues. */
  const settle = async (): Promise<void> => {
    if (isSettling) return;
    isSettling = true;
    try {
      await engine.call('batches.settle', undefined, {});
    } catch {
      // Errors appear in the job's own status, or in the next call.
    } finally {
      isSettling = false;
    }
  };
  const asking = async <Result>(answer: Promise<Result>): Promise<Result> => {
    const result = await answer;
    void settle();
    return result;
  };

  return {
    create: async (request, options = {}) =>
      asking(
        newBatch(request, engine, options).then((batch) => engine.call('batches.create', batch, options)),
      ),
    get: async (id, options = {}) => asking(engine.call('batches.get', String(id), options)),
    list: async ({ limit = DEFAULT_LIMIT, ...options } = {}) => {
      if (!Number.isInteger(limit) || limit < 1) {
        throw invalid('limit', 'limit must be a whole number of at least 1.');
      }
      return asking(engine.call('batches.list', limit, options));
    },
    cancel: async (id, options = {}) => engine.call('batches.cancel', String(id), options),
    output: (id, options) => lines('succeeded', String(id), options),
    errors: (id, options) => lines('failed', String(id), options),
  };
}

/** @throws FoundationError INPUT_VALIDATION_FAILED, INPUT_MODEL_NOT_FOUND, NOT_SUPPORTED for `webhook_url`. */
async function newBatch(
  request: BatchRequest,
  engine: EngineClient,
  options: CallOptions,
): Promise<NewBatch> {
  const parsed = parseStrictly(BatchRequestSchema, request);
  if (parsed.webhook_url != null) {
    throw notSupported(
      'webhook_url',
      'a job in this process cannot promise to reach a server when it ends.',
      'Poll batches.get() for its status.',
    );
  }
  const { model } = parsed;
  const entry = await engine.entryFor('embeddings', model, options);
  const defaults = {
    task: (parsed.task ?? null) as EmbeddingTask | null,
    dimensions: parsed.dimensions ?? null,
    normalized: parsed.normalized,
  };
  // Options that no line can be answered with are refused at once, by name.
  check({ input: '-' }, model, entry, defaults);
  return { id: `batch_${randomId()}`, model, entry, defaults, source: sourceOf(parsed) };
}

function sourceOf(parsed: { input?: unknown; input_url?: string | null | undefined }): BatchSource {
  const { input, input_url: url } = parsed;
  if (url != null) {
    if (!/^(https?|blob):/i.test(url)) {
      throw invalid(
        'input_url',
        'A local engine reads http(s) and blob URLs. Alternatively, pass the lines as input.',
      );
    }
    return { kind: 'url', url };
  }
  if (input instanceof Blob) return { kind: 'blob', blob: input };
  return { kind: 'lines', lines: (input as unknown[]).map(jsonLine) };
}

function jsonLine(line: unknown, index: number): string {
  try {
    return JSON.stringify(line);
  } catch (cause) {
    throw invalid(`input.${index}`, 'A line must be representable as JSON.', { cause });
  }
}
