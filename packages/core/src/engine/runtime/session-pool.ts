import type { EncoderText } from '@nearfield/encoder';
import { FoundationError } from '@nearfield/spec';
import type { Runtime } from './runtime.ts';
import type { EncodeOptions, Feeds, Session, SessionModel, SubmittedRun } from './session.ts';

/** A session that its pool may close when memory is needed, and that opens itself again when it is used. */
export class PooledSession {
  readonly #pool: SessionPool;
  readonly #name: string;
  readonly #prepare: () => Promise<SessionModel>;
  #session: Session | undefined;
  /** Outputs on their way from the device, and texts that are computed; they never reject. */
  readonly #reading = new Set<Promise<unknown>>();
  #closed = false;
  /** Size of the model's files in bytes: about the memory of the open session. */
  readonly bytes: number;

  /** @internal Use {@link SessionPool.session}. */
  constructor(pool: SessionPool, name: string, bytes: number, prepare: () => Promise<SessionModel>) {
    this.#pool = pool;
    this.#name = name;
    this.bytes = bytes;
    this.#prepare = prepare;
  }

  get isOpen(): boolean {
    return this.#session !== undefined;
  }

  /**
   * Runs the graph: values of the outputs, in the order of `fetches`.
   * @throws FoundationError MODEL_INVALID, OUT_OF_MEMORY, DEVICE_LOST, RUNTIME_NOT_AVAILABLE; CLOSED after {@link close}.
   */
  async run(feeds: Feeds, fetches: readonly string[]): Promise<Float32Array[]> {
    return (await this.submit(feeds, fetches)).values;
  }

  /**
   * Like {@link run}, but resolves once the device has the work: a GPU has commands to compute, a CPU has finished.
   * The next run may be submitted before `values` settles. The feeds may be overwritten from then on.
   */
  submit(feeds: Feeds, fetches: readonly string[]): Promise<SubmittedRun> {
    return this.#pool.alone(async () => {
      const session = await this.#open();
      const { values: copying, free } = await session.submit(feeds, fetches);
      const values = this.#freeing(copying, free);
      this.#untilSettled(values);
      return { values };
    });
  }

  /**
   * Vectors of texts, in a session that computes without feeds: for each text its vectors one after the other. Several
   * calls are computed at a time, beside whatever the pool does.
   */
  async encode(texts: readonly EncoderText[], options: EncodeOptions): Promise<readonly Float32Array[]> {
    const { vectors } = await this.#pool.alone(async () => {
      const { packed } = await this.#open();
      const vectors = packed!.encode(texts, options);
      this.#untilSettled(vectors);
      // Within an object: the turn ends now.
      return { vectors };
    });
    return vectors;
  }

  /** Bulk batches that are of use to the session at a time. */
  get capacity(): number {
    return this.#session?.packed?.capacity ?? 1;
  }

  /** Keeps the session open until then. */
  #untilSettled(work: Promise<unknown>): void {
    const settled = work.then(
      () => {},
      () => {},
    );
    this.#reading.add(settled);
    void settled.then(() => this.#reading.delete(settled));
  }

  /** Another run may be suspended in the runtime while outputs are copied, but not while they are freed. */
  async #freeing<Values>(copying: Promise<Values>, free: (() => void) | undefined): Promise<Values> {
    try {
      return await copying;
    } finally {
      if (free) this.#pool.betweenTurns(free);
    }
  }

  /** Opens the session now, so that errors in the model come when it is loaded. */
  ready(): Promise<void> {
    return this.#pool.alone(async () => {
      await this.#open();
    });
  }

  async #open(): Promise<Session> {
    if (this.#closed) {
      throw new FoundationError({
        code: 'CLOSED',
        message: `${this.#name} was unloaded. Call again to load it.`,
      });
    }
    await this.#pool.admit(this);
    if (this.#session) return this.#session;
    const model = await this.#prepare();
    // What the encoder computes needs nothing that is started.
    if (!model.plan) await this.#pool.started();
    this.#session = await this.#pool.runtime.open(model, this.#name);
    return this.#session;
  }

  /** Frees the session's memory; the next run opens it again. Only within a turn of {@link SessionPool.alone}. */
  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await Promise.all(this.#reading);
    this.#pool.sweep();
    await session?.release();
  }

  /** Frees the memory for good, after what is running. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#pool.forget(this);
    await this.#pool.alone(() => this.release());
  }
}

/**
 * The sessions of one device. The pool keeps their memory under a limit by closing the least recently used, and runs
 * one operation on the device at a time, because onnxruntime-web's WebGPU build supports no more.
 */
export class SessionPool {
  readonly runtime: Runtime;
  readonly #limit: number;
  /** Least recently used first. */
  readonly #sessions = new Set<PooledSession>();
  #last: Promise<unknown> = Promise.resolve();
  #busy = false;
  #starting: Promise<void> | undefined;
  #isStarted = false;
  #between: (() => void)[] = [];

  /** @param limit total size, in bytes, of the files of models with open sessions; a single model may be larger. */
  constructor(runtime: Runtime, limit: number) {
    this.runtime = runtime;
    this.#limit = limit;
  }

  /**
   * A session for a model's files, not opened yet.
   * @param prepare the model's bytes; called each time the session is opened.
   */
  session(name: string, bytes: number, prepare: () => Promise<SessionModel>): PooledSession {
    const session = new PooledSession(this, name, bytes, prepare);
    this.#sessions.add(session);
    return session;
  }

  /** Marks a session as used. If it must be opened, closes others to make room. */
  async admit(session: PooledSession): Promise<void> {
    this.#sessions.delete(session);
    this.#sessions.add(session);
    if (session.isOpen) return;
    const open = [...this.#sessions].filter((each) => each.isOpen && each !== session);
    let total = open.reduce((sum, { bytes }) => sum + bytes, session.bytes);
    for (const each of open) {
      if (total <= this.#limit) return;
      await each.release();
      total -= each.bytes;
    }
  }

  forget(session: PooledSession): void {
    this.#sessions.delete(session);
  }

  /**
   * Starts the runtime now, once: its WebAssembly is compiled while the files of a first model are still being read.
   * @throws FoundationError RUNTIME_NOT_AVAILABLE, OUT_OF_MEMORY, DEVICE_LOST, for good: a runtime remembers that it
   * failed.
   */
  async warmUp(): Promise<void> {
    if (!this.#isStarted) await this.alone(() => this.started());
  }

  /** The same, within a turn of {@link alone}. */
  started(): Promise<void> {
    this.#starting ??= (async () => {
      await this.runtime.start?.();
      this.#isStarted = true;
    })();
    return this.#starting;
  }

  /** Waits for its turn on the device. */
  alone<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(async () => {
      this.#busy = true;
      try {
        return await work();
      } finally {
        this.#busy = false;
        this.sweep();
      }
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Makes a short call of the runtime as soon as no turn is in progress. */
  betweenTurns(work: () => void): void {
    this.#between.push(work);
    if (!this.#busy) this.sweep();
  }

  /** Runs the actions that wait for the end of a turn. */
  sweep(): void {
    for (const work of this.#between.splice(0)) {
      try {
        work();
      } catch {
        // A session whose device is gone cannot be freed; that must not fail the current turn.
      }
    }
  }
}
