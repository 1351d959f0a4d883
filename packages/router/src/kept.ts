/** What lives at the place that made it: classifiers and batch jobs. */
import type { BatchesApi, BatchOutputLine, CallOptions, ClassifiersApi } from '@nearfield/spec';
import { notSupported } from '@nearfield/spec/implement';
import type { Owners } from './owners.ts';
import type { Reach } from './reach.ts';

/** Classifiers of all places. What names one goes to its place. */
export const classifiersOf = (reach: Reach, owners: Owners): Required<ClassifiersApi> => ({
  list: async (options) => {
    const found = await reach.everywhere('classifiers', options, async (foundation, place) => {
      const all = await foundation.classifiers.list(options);
      for (const { classifier_id } of all) owners.note(classifier_id, place);
      return all;
    });
    return found.flat();
  },
  delete: async (id, options) => {
    const foundation = await reach.owner(owners, 'classifiers', id, options);
    const answer = await foundation.classifiers.delete(id, options);
    owners.forget(id);
    return answer;
  },
  export: async (id, options) => {
    const { classifiers } = await reach.owner(owners, 'classifiers', id, options);
    if (classifiers.export) return classifiers.export(id, options);
    throw notSupported(
      'classifiers.export',
      'this classifier lives at a server, which keeps its weights.',
      'Train it in the local engine.',
    );
  },
  import: async (classifier, options) =>
    (await reach.local(options)).classifiers.import!(classifier, options),
});

/** Jobs that a list has if the call does not say how many. */
const DEFAULT_LIMIT = 20;

/** Jobs of all places. @param create chooses the place of a new one */
export function batchesOf(reach: Reach, owners: Owners, create: BatchesApi['create']): BatchesApi {
  const at = async (id: string, options?: CallOptions): Promise<BatchesApi> =>
    (await reach.owner(owners, 'batches', id, options)).batches;
  async function* lines(
    id: string,
    file: 'output' | 'errors',
    options?: CallOptions,
  ): AsyncGenerator<BatchOutputLine> {
    yield* (await at(id, options))[file](id, options);
  }
  return {
    create,
    get: async (id, options) => (await at(id, options)).get(id, options),
    cancel: async (id, options) => (await at(id, options)).cancel(id, options),
    list: async (options) => {
      const found = await reach.everywhere('batches', options, async (foundation, place) => {
        const all = await foundation.batches.list(options);
        for (const { batch_id } of all) owners.note(batch_id, place);
        return all;
      });
      const newest = found.flat().sort((a, b) => b.created_at.localeCompare(a.created_at));
      return newest.slice(0, options?.limit ?? DEFAULT_LIMIT);
    },
    output: (id, options) => lines(id, 'output', options),
    errors: (id, options) => lines(id, 'errors', options),
  };
}
