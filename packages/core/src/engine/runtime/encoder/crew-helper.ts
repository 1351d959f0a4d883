import type { Team } from '@nearfield/encoder';
import type { CrewJob, CrewModel } from './encoder-crew.ts';
import type { Helper } from './helper-protocol.ts';

/** What a crew learns of a helper. Jobs that it had and will not finish are handed back. */
interface HelperEvents {
  /** It listens, or has finished something. */
  free(): void;
  outOfMemory(jobs: readonly CrewJob[]): void;
  ended(why: string, jobs: readonly CrewJob[]): void;
}

/** One helper, with the jobs that it has and the encoders that it has copies of. */
export class CrewHelper {
  readonly #helper: Helper;
  readonly #jobs = new Map<number, CrewJob>();
  readonly #models = new Map<number, CrewModel>();
  #leaveTeam: (() => void) | undefined;
  #isOver = false;
  isReady = false;

  /** @param team that it belongs to as soon as it listens. */
  constructor(helper: Helper, events: HelperEvents, team?: Team) {
    this.#helper = helper;
    helper.listen((message) => {
      if (this.#isOver) return;
      if (message.type === 'ready') {
        this.isReady = true;
        if (team && team.size < team.most) {
          this.#leaveTeam = team.add((message) => helper.post({ type: 'team', message }));
        }
        events.free();
        return;
      }
      const job = this.#jobs.get(message.run);
      this.#jobs.delete(message.run);
      if (message.type === 'done') job?.resolve(message.vectors);
      else if (job && isOutOfMemory(message.error)) events.outOfMemory([job]);
      else job?.reject(job.signal?.aborted ? job.signal.reason : message.error);
      events.free();
    });
    void helper.ended.then((why) => {
      if (!this.#isOver) events.ended(why, this.end());
    });
  }

  /** Jobs that it has not finished. */
  get held(): number {
    return this.#jobs.size;
  }

  /** Bytes of its copies. */
  get bytes(): number {
    return [...this.#models.values()].reduce((sum, { encoder }) => sum + encoder.bytes, 0);
  }

  has({ id }: CrewModel): boolean {
    return this.#models.has(id);
  }

  take(job: CrewJob): void {
    const { run, model, work, signal } = job;
    if (!this.#models.has(model.id)) {
      this.#models.set(model.id, model);
      const copy = model.encoder.copy();
      this.#helper.post({ type: 'open', model: model.id, copy }, [copy.bytes]);
    }
    this.#jobs.set(run, job);
    this.#helper.post({ type: 'encode', run, model: model.id, work });
    signal?.addEventListener(
      'abort',
      () => {
        if (this.#jobs.get(run) !== job) return;
        this.#helper.post({ type: 'abort', run });
        job.reject(signal.reason);
      },
      { once: true },
    );
  }

  close({ id }: CrewModel): void {
    if (this.#models.delete(id)) this.#helper.post({ type: 'close', model: id });
  }

  /** Frees the copies that no job needs. */
  closeUnused(): void {
    const used = new Set([...this.#jobs.values()].map(({ model }) => model.id));
    for (const model of this.#models.values()) if (!used.has(model.id)) this.close(model);
  }

  /** Ends it. @returns the jobs that it had. */
  end(): CrewJob[] {
    this.#isOver = true;
    this.#leaveTeam?.();
    this.#helper.end();
    const jobs = [...this.#jobs.values()].filter(({ signal }) => !signal?.aborted);
    this.#jobs.clear();
    return jobs;
  }
}

/** The encoder's own error, or the engine's where even a first page of memory is not to be had. */
export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && /out of memory|allocat/i.test(error.message);
