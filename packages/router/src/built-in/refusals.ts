import type { BatchesApi, ClassifiersApi } from '@nearfield/spec';
import { notSupported } from '@nearfield/spec/implement';

/** The error of whatever the browser's embedder does not do. */
export const refusal = (method: string) =>
  notSupported(
    method,
    'the browser’s own embedder turns texts into vectors only.',
    'Use a local engine or a server.',
  );

const refuse = (method: string) => async (): Promise<never> => {
  throw refusal(method);
};

/** A loop whose first step fails, as those over a job's lines do. */
const refusedLines = (): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => ({ next: refuse('batches') }),
});

export const REFUSED_CLASSIFIERS: ClassifiersApi = {
  list: refuse('classifiers'),
  delete: refuse('classifiers'),
};

export const REFUSED_BATCHES: BatchesApi = {
  create: refuse('batches'),
  get: refuse('batches'),
  list: refuse('batches'),
  cancel: refuse('batches'),
  output: refusedLines,
  errors: refusedLines,
};
