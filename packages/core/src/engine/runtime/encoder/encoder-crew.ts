/** Shares texts of bulk calls among realms that hold copies of the same encoders. */
import { Encoder, Team } from '@nearfield/encoder';
import type { CrewReport } from '../runtime.ts';
import { CrewHelper, isOutOfMemory } from './crew-helper.ts';
import type { Helper, TextWork } from './helper-protocol.ts';
import { OwnRealm } from './own-realm.ts';

export interface CrewOptions {
  /** Starts a realm that helps; absent if none may be. */
  readonly start?: (() => Helper) | undefined;
  /** Realms that compute at a time, the engine's own among them. */
  readonly workers: number;
  /** Why that many. */
  readonly reason: string;
  /**
   * Whether realms may share memory: then they also divide the work on one text, or on few. @default false
   */
  readonly sharesMemory?: boolean | undefined;
  /** Bytes that all copies together may take. */
  readonly memory: number;
  /** Calls back once nothing was computed for a while. @returns what prevents it. Default: after that time. */
  readonly later?: ((callback: () => void, milliseconds: number) => () => void) | undefined;
}

/** An encoder that a crew computes with. */
export interface CrewModel {
  readonly id: number;
  encoder: Encoder;
}

/** Work on its way. */
export interface CrewJob {
  readonly run: number;
  readonly model: CrewModel;
  readonly work: TextWork;
  readonly signal: AbortSignal | undefined;
  /** Whether helpers are free to divide it, when it is computed in the engine's own realm. */
  readonly isShared: () => boolean;
  /** Whether a helper ended while it had this. Then the engine's own realm, which is watched, computes it. */
  wasLost: boolean;
  resolve(vectors: readonly Float32Array[]): void;
  reject(error: unknown): void;
}

/** Jobs that a helper may hold: one that it computes, and the next, so that it never waits for the engine's thread. */
const HELD = 2;

/** Threads that were lost in the midst of their work, after which none divide work any more. */
const LOSSES = 3;

/** Milliseconds without work after which helpers are given back; those that divide queries wait for the next one. */
const IDLE = 20_000;
const IDLE_TEAM = 120_000;

const afterIdling = (callback: () => void, milliseconds: number): (() => void) => {
  const timer = setTimeout(callback, milliseconds);
  // Node: this timer keeps no process alive.
  if (typeof timer === 'object') (timer as { unref(): void }).unref();
  return () => clearTimeout(timer);
};

/**
 * Computes texts in the engine's own realm and in others that help. Helpers are started when bulk work waits for them,
 * and given back when nothing was computed for a while or memory is short. A text's vectors have the same bits in every
 * realm: weights and kernels are the same.
 */
export class EncoderCrew {
  readonly #options: CrewOptions;
  readonly #own = new OwnRealm((model) => this.#renew(model));
  readonly #helpers = new Set<CrewHelper>();
  /** Bulk work that nobody has taken yet. */
  readonly #waiting: CrewJob[] = [];
  #most: number;
  #reason: string;
  /** Divides work among the helpers, where they may share memory. */
  readonly team: Team | undefined;
  #losses = 0;
  #runs = 0;
  #models = 0;
  #forgetIdle: (() => void) | undefined;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#most = options.start ? Math.max(0, options.workers - 1) : 0;
    this.#reason = options.reason;
    if (options.sharesMemory && this.#most > 0) this.team = new Team(options.workers);
  }

  /** Realms that compute bulk work at most and now, and why. */
  get report(): CrewReport {
    const { size } = this.#helpers;
    const sharesMemory = this.team !== undefined && this.#losses < LOSSES;
    const report = { most: this.#most + 1, running: size + 1, reason: this.#reason };
    return sharesMemory ? { ...report, sharesMemory } : report;
  }

  /** Bulk batches that are of use to it at a time: those it computes, those that wait beside them, one that starts a helper. */
  get capacity(): number {
    const { size } = this.#helpers;
    return 1 + size * HELD + (size < this.#most ? 1 : 0);
  }

  /** An encoder to compute with. */
  join(encoder: Encoder): CrewModel {
    return { id: this.#models++, encoder };
  }

  /** Frees the copies of an encoder. */
  leave(model: CrewModel): void {
    model.encoder.close();
    for (const helper of this.#helpers) helper.close(model);
  }

  /**
   * Vectors of texts. Bulk work goes to whoever is free first; all other work to the engine's own realm, before any bulk
   * work there.
   * @throws what the encoder throws, and the signal's reason.
   */
  encode(
    model: CrewModel,
    work: TextWork,
    { signal, isBulk }: { signal?: AbortSignal | undefined; isBulk: boolean },
  ): Promise<readonly Float32Array[]> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.#forgetIdle?.();
    const found = new Promise<readonly Float32Array[]>((resolve, reject) => {
      const isShared = (): boolean => !isBulk || !this.#isBusy;
      const job: CrewJob = {
        run: this.#runs++,
        model,
        work,
        signal,
        isShared,
        wasLost: false,
        resolve,
        reject,
      };
      if (isBulk) this.#waiting.push(job);
      else this.#own.take(job, (error) => this.#failedHere(job, error));
    });
    this.#share();
    return found.finally(() => {
      // Not before the first vectors: their start would take from these.
      if (this.#runs > 1) this.#gather();
      this.#share();
    });
  }

  /** Whether other batches wait, or helpers compute some. */
  get #isBusy(): boolean {
    return this.#waiting.length > 0 || [...this.#helpers].some(({ held }) => held > 0);
  }

  /** Starts all helpers that a team may have. */
  #gather(): void {
    const { start } = this.#options;
    if (!start || !this.team || this.#losses >= LOSSES) return;
    while (this.#helpers.size < this.#most) this.#add(start);
  }

  /** After a thread was lost: it may still write into the encoder's memory. */
  async #renew(model: CrewModel): Promise<void> {
    this.#losses++;
    if (this.#losses >= LOSSES) this.#reason = 'threads that share memory did not finish their work';
    this.dismiss();
    const before = model.encoder;
    model.encoder = await Encoder.fromCopy(before.copy(), this.#losses < LOSSES ? this.team : undefined);
    before.close();
  }

  /** Ends all helpers; what they had is computed in the engine's own realm. */
  dismiss(): void {
    for (const helper of [...this.#helpers]) this.#end(helper);
    this.#share();
  }

  /** Hands out what waits. */
  #share(): void {
    for (;;) {
      this.#dropAborted();
      const [job] = this.#waiting;
      if (!job) break;
      if (job.wasLost) {
        if (!this.#own.isFree) break;
      } else {
        const free = this.#freeHelper(job, 1);
        if (free) {
          this.#waiting.shift();
          free.take(job);
          continue;
        }
      }
      if (this.#own.isFree) {
        this.#waiting.shift();
        this.#own.take(job, (error) => this.#failedHere(job, error));
        continue;
      }
      const next = this.#freeHelper(job, HELD);
      if (!next) {
        this.#startHelper();
        break;
      }
      this.#waiting.shift();
      next.take(job);
    }
    this.#watchIdling();
  }

  #dropAborted(): void {
    for (let at = this.#waiting.length - 1; at >= 0; at--) {
      const { signal, reject } = this.#waiting[at]!;
      if (!signal?.aborted) continue;
      this.#waiting.splice(at, 1);
      reject(signal.reason);
    }
  }

  /** The helper with the least work, if that is below `most` jobs and the job's encoder fits. */
  #freeHelper({ model }: CrewJob, most: number): CrewHelper | undefined {
    let best: CrewHelper | undefined;
    for (const helper of this.#helpers) {
      if (!helper.isReady || helper.held >= most || !this.#fits(helper, model)) continue;
      if (!best || helper.held < best.held) best = helper;
    }
    return best;
  }

  /** Whether a copy may be in this helper, once those that nobody uses are freed. */
  #fits(helper: CrewHelper, model: CrewModel): boolean {
    if (helper.has(model)) return true;
    const { memory } = this.#options;
    const taken = (): number => [...this.#helpers].reduce((sum, { bytes }) => sum + bytes, 0);
    if (taken() + model.encoder.bytes > memory) for (const each of this.#helpers) each.closeUnused();
    return taken() + model.encoder.bytes <= memory;
  }

  #startHelper(): void {
    const { start, memory } = this.#options;
    const [job] = this.#waiting;
    const isStarting = [...this.#helpers].some(({ isReady }) => !isReady);
    if (!start || !job || job.wasLost || isStarting || this.#helpers.size >= this.#most) return;
    if ((this.#helpers.size + 1) * job.model.encoder.bytes > memory) return;
    this.#add(start);
  }

  #add(start: () => Helper): void {
    const events = {
      free: () => this.#share(),
      outOfMemory: (jobs: readonly CrewJob[]) => {
        this.#end(helper);
        this.#most = this.#helpers.size;
        this.#reason = 'memory for another worker was not to be had';
        this.#again(jobs);
      },
      ended: (why: string, jobs: readonly CrewJob[]) => {
        this.#helpers.delete(helper);
        if (!helper.isReady) {
          this.#most = this.#helpers.size;
          this.#reason = `another worker could not be started: ${why}`;
        }
        this.#again(jobs);
      },
    };
    const helper = new CrewHelper(start(), events, this.team);
    this.#helpers.add(helper);
  }

  #end(helper: CrewHelper): void {
    this.#helpers.delete(helper);
    this.#again(helper.end());
  }

  /** Work that a helper had goes first. */
  #again(jobs: readonly CrewJob[]): void {
    for (const job of jobs) job.wasLost = true;
    this.#waiting.unshift(...jobs);
    this.#share();
  }

  /** Memory that helpers have may be what is missing here. */
  #failedHere(job: CrewJob, error: unknown): void {
    if (!isOutOfMemory(error) || job.wasLost || this.#helpers.size === 0) {
      job.reject(error);
      return;
    }
    job.wasLost = true;
    this.#waiting.unshift(job);
    this.dismiss();
  }

  /** Gives the helpers back if nothing is computed for a while. */
  #watchIdling(): void {
    this.#forgetIdle?.();
    this.#forgetIdle = undefined;
    const isIdle = this.#own.isFree && [...this.#helpers].every(({ held }) => held === 0);
    if (this.#helpers.size === 0 || !isIdle || this.#waiting.length > 0) return;
    this.#forgetIdle = (this.#options.later ?? afterIdling)(
      () => this.dismiss(),
      this.team ? IDLE_TEAM : IDLE,
    );
  }
}
