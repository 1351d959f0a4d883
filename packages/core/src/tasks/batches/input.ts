import type { Records } from '../../persistence/records.ts';
import type { InputLine } from '../../requests/batches.ts';
import { INPUT_LIMITS, type InputLimits, openInput } from './input-url.ts';
import { inputKey, inputPrefix } from './job.ts';
import { linesOf, pagesOf } from './lines.ts';

export interface BatchInputOptions {
  pageLines?: number | undefined;
  fetch?: typeof fetch | undefined;
  inputLimits?: Partial<InputLimits> | undefined;
}

/** Brings the lines of jobs into the records, page by page: no input is in memory as a whole. */
export class BatchInput {
  readonly #options: BatchInputOptions;

  constructor(options: BatchInputOptions) {
    this.#options = options;
  }

  /** Stores lines as pages, all or none of them. */
  async store(
    records: Records,
    id: string,
    lines: Iterable<InputLine> | AsyncIterable<InputLine>,
    signal: AbortSignal | undefined,
  ): Promise<{ pages: number; total: number }> {
    await deleteInput(records, id);
    let pages = 0;
    let total = 0;
    try {
      for await (const page of pagesOf(lines, this.#options.pageLines)) {
        signal?.throwIfAborted();
        await records.put(inputKey(id, pages++), page);
        total += page.length;
      }
    } catch (error) {
      await deleteInput(records, id).catch(() => {});
      throw error;
    }
    return { pages, total };
  }

  /** The lines at a URL, as they come. */
  async linesAt(url: string, signal: AbortSignal | undefined): Promise<AsyncIterable<InputLine>> {
    const { fetch: replacement, inputLimits } = this.#options;
    return linesOf(await openInput(url, replacement ?? fetch, { ...INPUT_LIMITS, ...inputLimits }, signal));
  }
}

export async function deleteInput(records: Records, id: string): Promise<void> {
  const keys = await records.keys(inputPrefix(id));
  if (keys.length > 0) await records.delete(...keys);
}
