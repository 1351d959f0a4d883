import { yieldToMessages } from '../../../async/yield-to-messages.ts';
import type { CrewJob } from './encoder-crew.ts';
import { pausesIn } from './pauses.ts';

/** Computes jobs in this realm, one after the other. */
export class OwnRealm {
  #last: Promise<void> = Promise.resolve();
  #jobs = 0;

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

  async #compute({ model, work, signal }: CrewJob): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    const { texts, dimensions, normalized, task } = work;
    const pause = pausesIn(texts, async () => {
      await yieldToMessages();
      signal?.throwIfAborted();
    });
    return model.encoder.encode(texts, { dimensions, normalized, task, pause });
  }
}
