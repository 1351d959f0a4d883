import {
  type BatchOutputLine,
  type BatchStatus,
  type EmbeddingsResponse,
  FoundationError,
  findModel,
} from '@nearfield/spec';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { rejection } from '../../../test/rejection.ts';
import { MemoryRecords } from '../../persistence/memory-records.ts';
import type { IsSound, Records } from '../../persistence/records.ts';
import type { BatchSource } from '../../requests/batches.ts';
import { Batches, type BatchesOptions } from './batches.ts';
import type { AnswerLine } from './run-page.ts';

const MODEL = 'all-MiniLM-L6-v2';
const entry = findModel(MODEL)!;
const defaults = { task: null, dimensions: null, normalized: true };

const inputLine = (text: string, id?: string): string =>
  JSON.stringify({ ...(id === undefined ? {} : { custom_id: id }), body: { input: text } });
const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => inputLine(`text ${index + 1}`));

/** Stands for the engine: vectors made of a text's length, and errors for the texts that ask for one. */
const answer: AnswerLine = async ({ request }, { signal }) => {
  await Promise.resolve();
  signal?.throwIfAborted();
  const text = String(request.input);
  if (text.startsWith('too long')) {
    throw new FoundationError({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', message: 'Too long.', param: 'input' });
  }
  return {
    model: request.model,
    object: 'list',
    usage: { total_tokens: text.length, prompt_tokens: text.length },
    data: [{ object: 'embedding', index: 0, embedding: Float32Array.of(text.length) }],
  } as EmbeddingsResponse;
};

const open: Batches[] = [];
function create(records: Records, options: Partial<BatchesOptions> = {}): Batches {
  const batches = new Batches({ records: async () => records, answer, retryDelay: 0, ...options });
  open.push(batches);
  return batches;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((batches) => batches.close()));
});

let count = 0;
const make = (
  batches: Batches,
  source: BatchSource | string[],
  id = `job-${++count}`,
): Promise<BatchStatus> =>
  batches.create({
    id,
    model: MODEL,
    entry,
    defaults,
    source: Array.isArray(source) ? { kind: 'lines', lines: source } : source,
  });

async function ended(batches: Batches, id: string): Promise<BatchStatus> {
  for (;;) {
    const status = await batches.get(id);
    if (status.status !== 'pending' && status.status !== 'processing') return status;
    await new Promise((resolve) => setTimeout(resolve));
  }
}

async function linesOf(
  batches: Batches,
  id: string,
  kind: 'succeeded' | 'failed',
): Promise<BatchOutputLine[]> {
  const all: BatchOutputLine[] = [];
  for (let page: number | undefined = 0; page !== undefined; ) {
    const found: { lines: BatchOutputLine[]; next: number | undefined } = await batches.lines(id, kind, page);
    all.push(...found.lines);
    page = found.next;
  }
  return all;
}

describe('Batches', () => {
  it('answers every line in order, and tells which ones failed and why', async () => {
    const batches = create(new MemoryRecords(), { pageLines: 2 });
    const lines = [
      inputLine('one', 'a'),
      'no json',
      inputLine('too long, this'),
      inputLine('three!'),
      inputLine('x', 'e'),
    ];
    const { batch_id: id, ...rest } = await make(batches, lines);
    expect(rest).toMatchObject({
      status: 'pending',
      model: MODEL,
      completed_at: null,
      error: null,
      stats: { total: 5, completed: 0, failed: 0, total_tokens: 0 },
    });
    expect(Date.parse(rest.expires_at!) - Date.parse(rest.created_at)).toBe(24 * 3_600_000);
    expect(await ended(batches, id)).toMatchObject({
      status: 'completed',
      completed_at: expect.stringMatching(/Z$/),
      stats: { total: 5, completed: 3, failed: 2, total_tokens: 10 },
    });
    const output = await linesOf(batches, id, 'succeeded');
    expect(output.map(({ custom_id }) => custom_id)).toEqual(['a', '4', 'e']);
    expect(output[0]).toEqual({
      custom_id: 'a',
      error: null,
      response: {
        status_code: 200,
        body: {
          model: MODEL,
          object: 'list',
          usage: { total_tokens: 3, prompt_tokens: 3 },
          data: [{ object: 'embedding', index: 0, embedding: Float32Array.of(3) }],
        },
      },
    });
    expect(await linesOf(batches, id, 'failed')).toEqual([
      {
        custom_id: '2',
        line: 2,
        response: null,
        error: { code: 'INPUT_VALIDATION_FAILED', message: expect.any(String) },
      },
      {
        custom_id: '3',
        line: 3,
        response: null,
        error: { code: 'INPUT_TOKEN_LIMIT_EXCEEDED', message: 'Too long.' },
      },
    ]);
  });

  it('reads a file as a stream', async () => {
    const batches = create(new MemoryRecords());
    const blob = new Blob([numbered(150).join('\r\n'), '\n\n']);
    const { batch_id: id, stats } = await make(batches, { kind: 'blob', blob });
    expect(stats?.total).toBe(150);
    expect((await ended(batches, id)).stats).toMatchObject({ completed: 150, failed: 0 });
    const output = await linesOf(batches, id, 'succeeded');
    expect(output.map(({ custom_id }) => custom_id)).toEqual(
      Array.from({ length: 150 }, (_, index) => String(index + 1)),
    );
  });

  it('fetches lines from a URL, again if that fails in between', async () => {
    const answers = [
      () => Promise.reject(new TypeError('fetch failed')),
      async () => new Response('busy', { status: 503 }),
      async () =>
        new Response(
          new ReadableStream({
            start(controller) {
              controller.enqueue(new TextEncoder().encode(`${numbered(3).join('\n')}\n{"bo`));
            },
            pull(controller) {
              controller.error(new TypeError('terminated'));
            },
          }),
        ),
      async () => new Response(numbered(5).join('\n')),
    ];
    const asked: string[] = [];
    const batches = create(new MemoryRecords(), {
      pageLines: 2,
      fetch: async (url) => {
        asked.push(String(url));
        return answers.shift()!();
      },
    });
    const { batch_id: id, stats } = await make(batches, {
      kind: 'url',
      url: 'https://example.com/lines.jsonl',
    });
    expect(stats).toBeNull();
    expect((await ended(batches, id)).stats).toEqual({ total: 5, completed: 5, failed: 0, total_tokens: 30 });
    expect(asked).toEqual(Array(4).fill('https://example.com/lines.jsonl'));
  });

  it('fails where a URL has nothing, and says why', async () => {
    const batches = create(new MemoryRecords(), { fetch: async () => new Response('', { status: 404 }) });
    const { batch_id: id } = await make(batches, { kind: 'url', url: 'https://example.com/none' });
    const status = await ended(batches, id);
    expect(status).toMatchObject({ status: 'failed', error: expect.stringMatching(/example\.com.*404/) });
    expect(await linesOf(batches, id, 'succeeded')).toEqual([]);
    const empty = create(new MemoryRecords(), { fetch: async () => new Response('\n\n') });
    const { batch_id: other } = await make(empty, { kind: 'url', url: 'https://example.com/empty' });
    expect(await ended(empty, other)).toMatchObject({ status: 'failed', error: 'The input has no lines.' });
  });

  it('refuses an input without lines, and keeps nothing of it', async () => {
    const records = new MemoryRecords();
    const error = await rejection(make(create(records), { kind: 'blob', blob: new Blob(['\n \n']) }));
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'input' });
    expect(await records.keys('')).toEqual([]);
  });

  it('makes one job of a call that is sent twice', async () => {
    const batches = create(new MemoryRecords());
    await make(batches, numbered(3), 'same');
    await make(batches, numbered(3), 'same');
    expect(await batches.list(20)).toHaveLength(1);
  });

  it('lists the newest first, up to the limit', async () => {
    let time = 1_000_000;
    const batches = create(new MemoryRecords(), { now: () => ++time });
    const ids: string[] = [];
    for (let index = 0; index < 3; index++) ids.unshift((await make(batches, numbered(1))).batch_id);
    expect((await batches.list(20)).map(({ batch_id }) => batch_id)).toEqual(ids);
    expect((await batches.list(2)).map(({ batch_id }) => batch_id)).toEqual(ids.slice(0, 2));
  });

  it('cancels, keeps what was done, and changes nothing that has ended', async () => {
    const records = new MemoryRecords();
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const batches = create(records, {
      pageLines: 2,
      answer: async (request, options) => {
        if (String(request.request.input) === 'text 3') {
          await Promise.race([
            gate,
            new Promise((_, reject) => {
              options.signal?.addEventListener('abort', () => reject(options.signal?.reason));
            }),
          ]);
        }
        return answer(request, options);
      },
    });
    const { batch_id: id } = await make(batches, numbered(6));
    await expect.poll(async () => (await batches.get(id)).stats?.completed).toBe(2);
    expect(await rejection(batches.lines(id, 'succeeded', 0))).toMatchObject({
      code: 'CONFLICT_RESOURCE_BUSY',
      retryable: true,
    });
    const cancelled = await batches.cancel(id);
    expect(cancelled).toMatchObject({ status: 'cancelled', stats: { total: 6, completed: 2 } });
    release();
    expect((await linesOf(batches, id, 'succeeded')).map(({ custom_id }) => custom_id)).toEqual(['1', '2']);
    await expect.poll(() => records.keys('batch-input/')).toEqual([]);
    expect(await batches.cancel(id)).toEqual(cancelled);
    const { batch_id: other } = await make(batches, numbered(1));
    const completed = await ended(batches, other);
    expect(await batches.cancel(other)).toEqual(completed);
  });

  it('expires after 24 hours, and then forgets', async () => {
    const records = new MemoryRecords();
    let time = Date.parse('2026-01-01T00:00:00Z');
    const batches = create(records, { now: () => time });
    const { batch_id: id } = await make(batches, numbered(3));
    await ended(batches, id);
    time += 24 * 3_600_000 - 1;
    expect((await batches.get(id)).status).toBe('completed');
    time += 1;
    expect((await batches.get(id)).status).toBe('expired');
    expect(await records.keys('batch-')).toEqual([]);
    expect(await rejection(batches.lines(id, 'succeeded', 0))).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    time += 8 * 24 * 3_600_000;
    expect(await batches.list(20)).toEqual([]);
    expect(await records.keys('')).toEqual([]);
  });

  it('does not know what is not there', async () => {
    const batches = create(new MemoryRecords());
    for (const id of ['nobody', '', '../x', 'a/b']) {
      for (const call of [batches.get(id), batches.cancel(id), batches.lines(id, 'failed', 0)]) {
        expect(await rejection(call)).toMatchObject({ code: 'RESOURCE_NOT_FOUND', status: 404 });
      }
    }
  });

  describe('when something goes wrong', () => {
    const failingTimes = (times: number, error: () => unknown): AnswerLine => {
      let left = times;
      return async (request, options) => {
        if (String(request.request.input) === 'text 2' && left-- > 0) throw error();
        return answer(request, options);
      };
    };

    it('tries again what may pass', async () => {
      const broken = () => new FoundationError({ code: 'DOWNLOAD_FAILED', message: 'Offline.' });
      const batches = create(new MemoryRecords(), { answer: failingTimes(3, broken) });
      const { batch_id: id } = await make(batches, numbered(4));
      expect(await ended(batches, id)).toMatchObject({
        status: 'completed',
        stats: { completed: 4, failed: 0 },
      });
    });

    it('fails at once where trying again would not help', async () => {
      let calls = 0;
      const batches = create(new MemoryRecords(), {
        answer: async () => {
          calls++;
          throw new FoundationError({ code: 'MODEL_INVALID', message: 'The file is damaged.' });
        },
      });
      const { batch_id: id } = await make(batches, numbered(1));
      expect(await ended(batches, id)).toMatchObject({ status: 'failed', error: 'The file is damaged.' });
      expect(calls).toBe(1);
    });

    it('gives up after five failures without progress', async () => {
      const broken = () => new FoundationError({ code: 'DOWNLOAD_FAILED', message: 'Offline.' });
      const batches = create(new MemoryRecords(), { answer: failingTimes(1000, broken), pageLines: 1 });
      const { batch_id: id } = await make(batches, numbered(3));
      expect(await ended(batches, id)).toMatchObject({ status: 'failed', error: 'Offline.' });
      expect((await linesOf(batches, id, 'succeeded')).map(({ custom_id }) => custom_id)).toEqual(['1']);
    });

    it("counts a failure nobody understands as its line's, so that the others are answered", async () => {
      const batches = create(new MemoryRecords(), { answer: failingTimes(1000, () => new TypeError('odd')) });
      const { batch_id: id } = await make(batches, numbered(3));
      expect(await ended(batches, id)).toMatchObject({
        status: 'completed',
        stats: { completed: 2, failed: 1 },
      });
      expect(await linesOf(batches, id, 'failed')).toMatchObject([
        { custom_id: '2', error: { code: 'INTERNAL_ERROR', message: 'odd' } },
      ]);
    });

    it('tells the next caller that it needs another engine, which then goes on', async () => {
      const records = new MemoryRecords();
      const lost = () => new FoundationError({ code: 'DEVICE_LOST', message: 'The GPU went away.' });
      const first = create(records, { answer: failingTimes(1000, lost), pageLines: 1 });
      const { batch_id: id } = await make(first, numbered(3));
      const told = await rejection(
        (async () => {
          for (;;) await Promise.all([first.get(id), new Promise((resolve) => setTimeout(resolve))]);
        })(),
      );
      expect(told).toMatchObject({ code: 'DEVICE_LOST', retryable: true });
      const second = create(records);
      expect(await ended(second, id)).toMatchObject({ status: 'completed', stats: { completed: 3 } });
    });

    it('goes on elsewhere once where a model does not do on its device, and then says so', async () => {
      const records = new MemoryRecords();
      const wrong: AnswerLine = async () => {
        throw new FoundationError({ code: 'SELF_CHECK_FAILED', message: 'Wrong vectors.' });
      };
      const first = create(records, { answer: wrong });
      const { batch_id: id } = await make(first, numbered(1));
      expect(await rejection(first.settle())).toMatchObject({ code: 'SELF_CHECK_FAILED' });
      const second = create(records, { answer: wrong });
      await second.settle();
      expect(await second.get(id)).toMatchObject({ status: 'failed', error: 'Wrong vectors.' });
    });

    it('keeps a call that settles until all jobs have ended', async () => {
      const batches = create(new MemoryRecords());
      await batches.settle();
      const { batch_id: id } = await make(batches, numbered(200));
      await batches.settle();
      expect(await batches.get(id)).toMatchObject({ status: 'completed', stats: { completed: 200 } });
      const stuck = create(new MemoryRecords(), { answer: () => new Promise(() => {}) });
      await make(stuck, numbered(1));
      await expect(stuck.settle(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    });

    it('leaves a job of a model it does not have to an engine that has it', async () => {
      const records = new MemoryRecords();
      const without = create(records, {
        answer: async () => {
          throw new FoundationError({ code: 'INPUT_MODEL_NOT_FOUND', message: 'No such model.' });
        },
      });
      const { batch_id: id } = await make(without, numbered(2));
      expect((await without.get(id)).status).not.toBe('failed');
      expect(await ended(create(records), id)).toMatchObject({ status: 'completed' });
    });
  });

  it('runs a job in one engine at a time, and another goes on when that one ends', async () => {
    const records = new MemoryRecords();
    const answered: string[] = [];
    const engine = (name: string, stopAt?: string) =>
      create(records, {
        pageLines: 1,
        answer: async (request, options) => {
          const text = String(request.request.input);
          if (text === stopAt) {
            await new Promise((_, reject) => {
              options.signal?.addEventListener('abort', () => reject(options.signal?.reason));
            });
          }
          answered.push(`${name}: ${text}`);
          return answer(request, options);
        },
      });
    const first = engine('first', 'text 3');
    const { batch_id: id } = await make(first, numbered(4));
    const second = engine('second');
    await second.resume();
    await expect.poll(async () => (await second.get(id)).stats?.completed).toBe(2);
    expect(answered).toEqual(['first: text 1', 'first: text 2']);
    await first.close();
    expect(await ended(second, id)).toMatchObject({ status: 'completed', stats: { completed: 4 } });
    expect(answered.slice(2)).toEqual(['second: text 3', 'second: text 4']);
  });

  it('has little in memory however many lines there are', async () => {
    // What is stored at a time: pages of input are written as they are read, and each is deleted when it is done.
    const records = new MemoryRecords();
    let most = 0;
    let running = 0;
    const batches = create(records, {
      answer: async (request, options) => {
        most = Math.max(most, ++running);
        const response = await answer(request, options);
        running--;
        return response;
      },
    });
    const { batch_id: id } = await make(batches, numbered(2000));
    expect((await ended(batches, id)).stats?.completed).toBe(2000);
    expect(most).toBeLessThanOrEqual(64);
    expect(await records.keys('batch-input/')).toEqual([]);
    const { lines } = await batches.lines(id, 'succeeded', 0);
    expect(lines).toHaveLength(64);
  });
});

/** Ends at the given write: before or after it took effect. From then on nothing answers, as after a crash. */
class CrashingRecords implements Records {
  readonly kind = 'memory';
  readonly locks;
  readonly #inner: Records;
  readonly #cut: number;
  readonly #before: boolean;
  #writes = 0;
  crashed = false;

  constructor(inner: Records, cut: number, before: boolean) {
    this.#inner = inner;
    this.locks = inner.locks;
    this.#cut = cut;
    this.#before = before;
  }

  get<Value>(key: string, isSound?: IsSound<Value>): Promise<Value | undefined> {
    return this.#read(() => this.#inner.get(key, isSound));
  }
  damaged(): Promise<string[]> {
    return this.#read(() => this.#inner.damaged());
  }
  keys(prefix: string): Promise<string[]> {
    return this.#read(() => this.#inner.keys(prefix));
  }
  put(key: string, value: unknown): Promise<void> {
    return this.#write(() => this.#inner.put(key, value));
  }
  update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
    isSound?: IsSound<Value>,
  ) {
    return this.#write(() => this.#inner.update(key, change, isSound));
  }
  delete(...keys: string[]): Promise<void> {
    return this.#write(() => this.#inner.delete(...keys));
  }

  #read<Result>(act: () => Promise<Result>): Promise<Result> {
    if (this.crashed) throw new Error('crashed');
    return act();
  }

  async #write<Result>(act: () => Promise<Result>): Promise<Result> {
    if (this.crashed) throw new Error('crashed');
    if (this.#writes++ !== this.#cut) return act();
    this.crashed = true;
    if (!this.#before) await act();
    throw new Error('crashed');
  }
}

describe('a batch that crashes', () => {
  const line = fc.oneof(
    { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 5 }).map((text) => inputLine(text)) },
    { weight: 1, arbitrary: fc.constantFrom('no json', '{}', inputLine('too long')) },
  );

  const outcome = async (batches: Batches, id: string) => ({
    stats: (await ended(batches, id)).stats,
    output: await linesOf(batches, id, 'succeeded'),
    errors: await linesOf(batches, id, 'failed'),
  });

  /** Crashes at every write in turn, and goes on with another engine each time. */
  async function crashEverywhere(
    source: () => BatchSource,
    options: Partial<BatchesOptions>,
  ): Promise<number> {
    const untouched = create(new MemoryRecords(), options);
    const { batch_id } = await make(untouched, source());
    const expected = await outcome(untouched, batch_id);
    let cuts = 0;
    for (const before of [true, false]) {
      for (let cut = 0; ; cut++) {
        const storage = new MemoryRecords();
        const crashing = new CrashingRecords(storage, cut, before);
        const first = create(crashing, options);
        const id = `job-${++count}`;
        const made = await make(first, source(), id).then(
          () => true,
          () => false,
        );
        // Ends with the crash, or with the job.
        while (made && !crashing.crashed) {
          const status = await first.get(id).catch(() => undefined);
          if (status?.status === 'completed') break;
          await new Promise((resolve) => setTimeout(resolve));
        }
        const { crashed } = crashing;
        crashing.crashed = true;
        await first.close();
        const second = create(storage, options);
        const known = await second.get(id).then(
          () => true,
          () => false,
        );
        if (made) expect(known).toBe(true);
        if (known) {
          expect(await outcome(second, id)).toEqual(expected);
        } else {
          // Whoever made it was told that it failed: nothing of it is left.
          expect(await storage.keys('')).toEqual([]);
        }
        await second.close();
        if (!crashed) break;
        cuts++;
      }
    }
    return cuts;
  }

  it('loses and repeats no line, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 7 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        async (lines, pageLines, inFile) => {
          const source = (): BatchSource =>
            inFile ? { kind: 'blob', blob: new Blob([lines.join('\n')]) } : { kind: 'lines', lines };
          // At least: a page of input, the job, its start, its result, its counts, its page deleted, its end.
          expect(await crashEverywhere(source, { pageLines })).toBeGreaterThan(12);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('loses and repeats no line that it still has to fetch', async () => {
    const lines = [...numbered(4), 'no json', inputLine('too long')];
    const options = { pageLines: 2, fetch: async () => new Response(lines.join('\n')) };
    const source = (): BatchSource => ({ kind: 'url', url: 'https://example.com/x' });
    expect(await crashEverywhere(source, options)).toBeGreaterThan(20);
  });

  it('loses and repeats no line when it crashes again and again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 9 }), { maxLength: 12 }), async (cuts) => {
        const storage = new MemoryRecords();
        const lines = numbered(9);
        const id = `job-${++count}`;
        await make(create(storage, { pageLines: 2, answer: () => new Promise(() => {}) }), lines, id);
        await open.at(-1)?.close();
        for (const cut of cuts) {
          const crashing = new CrashingRecords(storage, cut, cut % 2 === 0);
          const batches = create(crashing, { pageLines: 2 });
          await ended(batches, id).catch(() => {});
          crashing.crashed = true;
          await batches.close();
        }
        const last = create(storage, { pageLines: 2 });
        const { stats, output } = await outcome(last, id);
        expect(stats).toEqual({ total: 9, completed: 9, failed: 0, total_tokens: 54 });
        expect(output.map(({ custom_id }) => custom_id)).toEqual(lines.map((_, index) => String(index + 1)));
      }),
      { numRuns: 40 },
    );
  });
});
