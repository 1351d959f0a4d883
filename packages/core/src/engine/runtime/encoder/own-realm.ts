import { ThreadLost } from '@nearfield/encoder';
import { yieldToMessages } from '../../../async/yield-to-messages.ts';
import type { CrewJob, CrewModel } from './encoder-crew.ts';
import { pausesIn } from './pauses.ts';

/** Computes jobs in this realm, one after the other. */
export class OwnRealm {
  readonly #renew: (model: CrewModel) => Promise<void>;
  #last: Promise<void> = Promise.resolve();
  #jobs = 0;

  /** @param renew makes a model's encoder anew, after a thread was lost that computed with it. */
  constructor(renew: (model: CrewModel) => Promise<void>) {
    this.#renew = renew;
  }

  /** Whether nothing is computed or waits here. */
  get isFree(): boolean {
    return this.#jobs === 0;
  }

  /** @param fail gets what goes wrong in place of the job. */
  take(job: CrewJob, fail: (error: unknown) => void): void {
    this.#jobs++;
    this.#last = this.#last.then(async () => {
      try {
        const vectors = await this.#compute(job);
        this.#jobs--;
        job.resolve(vectors);
      } catch (error) {
        this.#jobs--;
        fail(error);
      }
    });
  }

  async #compute({ model, work, signal, isShared }: CrewJob): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    const { texts, dimensions, normalized, task } = work;
    const pause = pausesIn(texts, async () => {
      await yieldToMessages();
      signal?.throwIfAborted();
    });
    const options = { dimensions, normalized, task, isShared: isShared(), pause };
    try {
      return await model.encoder.encode(texts, options);
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error;
      await this.#renew(model);
      return await model.encoder.encode(texts, { ...options, isShared: false });
    }
  }
}
