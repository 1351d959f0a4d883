import { FoundationError } from '@nearfield/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { base64, type Pictures, pictures } from '../../pictures.ts';
import type { Subject } from '../../subject.ts';
import { images } from './images.ts';
import { notRequests } from './not-requests.ts';
import { objects } from './objects.ts';
import { texts } from './texts.ts';
import { wrongFields } from './wrong-fields.ts';

/** Milliseconds within which bad input is answered, once its model is loaded. */
const SOON = 1000;

/**
 * Input that is wrong, strange or too much: each is answered soon, with a typed error or, where it is legal, with an
 * answer; and afterwards everything works as before.
 */
export function badInputCases(subject: Subject): void {
  const { models } = subject;
  const all = [
    ...notRequests(),
    ...wrongFields(models),
    ...texts(models),
    ...objects(models),
    ...images(models),
  ].filter(({ memory }) => !(memory && subject.jsonOnly));

  describe('bad input', () => {
    let made: Pictures;
    let expected: unknown;
    const probe = () => subject.foundation.embeddings({ model: models.v5.id, input: 'as before' });

    beforeAll(async () => {
      made = await pictures();
      const { foundation } = subject;
      // What a case waits for is its answer, not the loading of its model.
      const warm: Promise<unknown>[] = [
        foundation.embeddings({ model: models.minilm, input: 'a' }),
        foundation.embeddings({ model: models.clip.id, input: ['a', { image: base64(made.gradient) }] }),
        foundation.rerank({ model: models.crossEncoder.id, query: 'a', documents: ['b'] }),
        foundation.rerank({ model: models.listwise.id, query: 'a', documents: ['b'] }),
        foundation.segment({ content: 'a' }),
        foundation.classifiers.list(),
        foundation.batches.list(),
      ];
      await Promise.allSettled(warm);
      expected = await probe();
    });

    it('are more than 150 cases', () => {
      expect(all.length).toBeGreaterThan(150);
    });

    for (const { method, name, outcome, call } of all) {
      subject.case(method, `${method}, ${name}: ${outcome}`, async (foundation) => {
        let error: unknown;
        let elapsed = Number.POSITIVE_INFINITY;
        // A machine that is busy with something else may be slow once, but not every time.
        for (let attempt = 0; attempt < 3 && elapsed >= SOON; attempt++) {
          const start = performance.now();
          // A throw before there is a promise would be no rejection.
          error = await Promise.resolve()
            .then(() => call(foundation, made))
            .then(
              () => undefined,
              (reason: unknown) => reason,
            );
          elapsed = performance.now() - start;
        }
        if (error !== undefined && !FoundationError.isInstance(error)) throw error;
        if (outcome === 'answer') expect(error).toBeUndefined();
        else if (outcome !== 'either') expect(error?.code ?? 'answer').toBe(outcome);
        if (error) {
          expect(error.message.length).toBeGreaterThan(10);
          expect(error.message.length).toBeLessThan(2000);
        }
        expect(elapsed).toBeLessThan(SOON);
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
        expect(await probe()).toEqual(expected);
      });
    }
  });
}
