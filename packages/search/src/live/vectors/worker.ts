/** The worker of a page that holds a live index's vectors. */
import { expose } from 'comlink';
import { LocalVectors } from './vectors.ts';

let vectors = new LocalVectors(1);

/** Interface for the page. */
export const API = {
  start(dimensions: number): void {
    vectors = new LocalVectors(dimensions);
  },
  set: (...args: Parameters<LocalVectors['set']>) => vectors.set(...args),
  delete: (...args: Parameters<LocalVectors['delete']>) => vectors.delete(...args),
  take: (...args: Parameters<LocalVectors['take']>) => vectors.take(...args),
  renumber: (...args: Parameters<LocalVectors['renumber']>) => vectors.renumber(...args),
  nearest: (...args: Parameters<LocalVectors['nearest']>) => vectors.nearest(...args),
  mean: (...args: Parameters<LocalVectors['mean']>) => vectors.mean(...args),
  bytes: () => vectors.bytes(),
};

expose(API);
