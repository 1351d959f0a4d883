import { FoundationError } from '@nearfield/spec';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { SessionModel } from './graph.ts';
import type { Runtime } from './runtime.ts';
import { classifyRuntimeError } from './runtime-errors.ts';

/**
 * What a device turns out to lack: CPU kernels that only the plain wasm build has (`GatherBlockQuantized`), or float16
 * on a GPU, which shows at the first run. A graph that needs them runs on wasm.
 */
function deviceLacks(cause: unknown, name: string): FoundationError | undefined {
  const text = cause instanceof Error ? cause.message : String(cause);
  const operator = /could not find an implementation for (\w+)/i.exec(text)?.[1];
  const lacking = operator ?? (/requires f16 but/.test(text) ? 'float16 (shader-f16)' : undefined);
  if (lacking === undefined) return undefined;
  return new FoundationError({
    code: 'DEVICE_NOT_AVAILABLE',
    message: `${name} needs ${lacking}, which this device does not have. Use device "wasm", or another dtype.`,
    param: 'device',
    cause,
  });
}

/** A session that its pool may close when memory is needed, and that opens itself again when it is used. */
export class PooledSession {
  readonly #pool: SessionPool;
  readonly #name: string;
  readonly #prepare: () => Promise<SessionModel>;
  #session: InferenceSession | undefined;
  #running = 0;
  #closed = false;
  /** Bytes of the model's files: about what the open session takes. */
  readonly bytes: number;

  /** @internal Use {@link SessionPool.open}. */
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
   * Runs the graph.
   * @throws FoundationError MODEL_INVALID, OUT_OF_MEMORY, DEVICE_LOST; CLOSED after {@link close}.
   */
  async run(feeds: Record<string, Tensor>, fetches: readonly string[]): Promise<Record<string, Tensor>> {
    this.#running++;
    try {
      return await this.#pool.alone(async () => {
        const session = await this.#open();
        try {
          return await session.run(feeds, fetches);
        } catch (cause) {
          throw (
            deviceLacks(cause, this.#name) ??
            classifyRuntimeError(cause, `${this.#name} failed on this input`)
          );
        }
      });
    } finally {
      this.#running--;
      if (this.#closed) await this.release();
    }
  }

  /** Opens the session now, so that errors in the model come when it is loaded. */
  ready(): Promise<void> {
    return this.#pool.alone(async () => {
      await this.#open();
    });
  }

  async #open(): Promise<InferenceSession> {
    if (this.#closed) {
      throw new FoundationError({
        code: 'CLOSED',
        message: `${this.#name} was unloaded. Call again to load it.`,
      });
    }
    await this.#pool.admit(this);
    if (this.#session) return this.#session;
    const { bytes, externalData } = await this.#prepare();
    const { ort, sessionOptions } = this.#pool.runtime;
    try {
      this.#session = await ort.InferenceSession.create(bytes, {
        ...sessionOptions(),
        ...(externalData.length > 0 && { externalData }),
      });
      return this.#session;
    } catch (cause) {
      throw (
        deviceLacks(cause, this.#name) ?? classifyRuntimeError(cause, `${this.#name} could not be loaded`)
      );
    }
  }

  /** Frees the session's memory; the next run opens it again. */
  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }

  /** Frees the memory for good, after what is running. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#pool.forget(this);
    if (this.#running === 0) await this.release();
  }
}

/**
 * The sessions of one device: keeps their memory under a limit by closing the least recently used, and lets only
 * one thing happen on the device at a time, because onnxruntime-web's WebGPU build cannot do two.
 */
export class SessionPool {
  readonly runtime: Runtime;
  readonly #limit: number;
  /** Least recently used first. */
  readonly #sessions = new Set<PooledSession>();
  #last: Promise<unknown> = Promise.resolve();

  /** @param limit bytes of model files whose sessions are open together; one alone may be larger. */
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

  /** Notes the use of a session, and closes others if it has to be opened and there is no room. */
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

  /** Waits for its turn on the device. */
  alone<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
