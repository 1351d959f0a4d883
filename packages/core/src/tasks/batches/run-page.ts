import {
  type BatchOutputLine,
  type CallOptions,
  type EmbeddingsResponse,
  FoundationError,
} from '@nearfield/spec';
import { orAbort } from '../../async/abort.ts';
import { readLine } from '../../requests/batch-line.ts';
import type { InputLine } from '../../requests/batches.ts';
import type { CheckedEmbeddings } from '../../requests/embeddings.ts';
import type { Counts, JobRecord, ResultPage } from './job.ts';

/** Answers one line: the engine's embeddings call. */
export type AnswerLine = (request: CheckedEmbeddings, options: CallOptions) => Promise<EmbeddingsResponse>;

/** Whether an error concerns the line: the same line would fail again, others may succeed. */
const isOfTheLine = (error: unknown): error is FoundationError =>
  FoundationError.isInstance(error) &&
  error.code !== 'INPUT_MODEL_NOT_FOUND' &&
  (error.code.startsWith('INPUT_') || error.code === 'NOT_SUPPORTED');

/**
 * Answers the lines of a page, all at once: they share the engine's batches.
 * @param first number of the page's first line, from 1
 * @param before counts of all earlier pages
 * @throws errors that stop the job and not a line, such as DEVICE_LOST. After a failure of unknown origin occurs twice
 * (`job.attempts`) it counts as the line's: one line must not hold up all others.
 */
export async function runPage(
  lines: readonly InputLine[],
  first: number,
  job: JobRecord,
  before: Counts,
  answer: AnswerLine,
  signal: AbortSignal,
): Promise<ResultPage> {
  const stopped = new AbortController();
  // One signal per line: Node warns of a leak if many calls listen to the same one.
  const optionsOf = (): CallOptions => ({
    priority: 'bulk',
    signal: AbortSignal.any([signal, stopped.signal]),
  });
  const isExpected = (error: unknown): boolean =>
    isOfTheLine(error) || (job.attempts >= 2 && !signal.aborted && !FoundationError.isInstance(error));

  const run = async (line: InputLine, number: number): Promise<BatchOutputLine> => {
    const { customId, checked } = readLine(line, number, job);
    if (FoundationError.isInstance(checked)) return failure(customId, number, checked);
    try {
      const body = await answer(checked, optionsOf());
      return { custom_id: customId, response: { status_code: 200, body }, error: null };
    } catch (error) {
      if (isExpected(error)) return failure(customId, number, error);
      throw error;
    }
  };

  const running = lines.map((line, index) => run(line, first + index));
  let results: BatchOutputLine[];
  try {
    results = await orAbort(Promise.all(running), signal);
  } catch (error) {
    // The others are aborted, because no one waits for them, so that the next attempt runs alone.
    stopped.abort(error);
    if (!signal.aborted) await Promise.allSettled(running);
    throw error;
  }
  const succeeded = results.filter(({ error }) => error === null);
  const failed = results.filter(({ error }) => error !== null);
  return {
    succeeded,
    failed,
    counts: {
      completed: before.completed + succeeded.length,
      failed: before.failed + failed.length,
      total_tokens: succeeded.reduce(
        (sum, { response }) => sum + (response?.body.usage.total_tokens ?? 0),
        before.total_tokens,
      ),
    },
  };
}

function failure(customId: string, line: number, error: unknown): BatchOutputLine {
  const { code, message } = FoundationError.isInstance(error)
    ? error
    : { code: 'INTERNAL_ERROR', message: error instanceof Error ? error.message : String(error) };
  return { custom_id: customId, line, response: null, error: { code, message } };
}
