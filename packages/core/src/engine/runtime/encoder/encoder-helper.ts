import { Encoder, TeamMate } from '@nearfield/encoder';
import { yieldToMessages } from '../../../async/yield-to-messages.ts';
import type { FromHelper, ToHelper } from './helper-protocol.ts';
import { pausesIn } from './pauses.ts';

/** A channel to the engine's realm. */
export interface HelperChannel {
  post(message: FromHelper, transfer: readonly ArrayBuffer[]): void;
  listen(listener: (message: ToHelper) => void): void;
}

/** The helper's half: computes texts with copies of encoders, one run after the other. */
export function serveEncoders({ post, listen }: HelperChannel): void {
  const models = new Map<number, Promise<Encoder>>();
  const aborted = new Set<number>();
  let last: Promise<void> = Promise.resolve();
  let runs = 0;
  const mate = new TeamMate(() => runs > 0);

  const encode = async ({ run, model, work }: ToHelper & { type: 'encode' }): Promise<void> => {
    const stopIfAborted = (): void => {
      if (aborted.has(run)) throw new DOMException('Nobody waits for it any more', 'AbortError');
    };
    try {
      stopIfAborted();
      const encoder = await models.get(model)!;
      const { texts, dimensions, normalized, task } = work;
      const pause = pausesIn(texts, async () => {
        await yieldToMessages();
        stopIfAborted();
      });
      const vectors = await encoder.encode(texts, { dimensions, normalized, task, pause });
      post(
        { type: 'done', run, vectors },
        vectors.map(({ buffer }) => buffer),
      );
    } catch (error) {
      post({ type: 'failed', run, error }, []);
    } finally {
      aborted.delete(run);
      runs--;
    }
  };

  listen((message) => {
    switch (message.type) {
      case 'open': {
        const opened = Encoder.fromCopy(message.copy);
        // The runs that need it report the error.
        opened.catch(() => {});
        models.set(message.model, opened);
        break;
      }
      case 'encode':
        runs++;
        last = last.then(() => encode(message));
        break;
      case 'abort':
        aborted.add(message.run);
        break;
      case 'close':
        last = last.then(() => {
          models.delete(message.model);
        });
        break;
      case 'team':
        // Between two layers of a run of its own, too: somebody waits for what the team computes.
        mate.take(message.message);
        break;
    }
  });
  post({ type: 'ready' }, []);
}
