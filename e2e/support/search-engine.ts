/** The engine that the pages of search-element.spec.ts are given: the contract without a model, cached. */
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { SEARCH_MODEL } from './search-site-pages.ts';

export default () =>
  Object.assign(new HashedFoundation(), {
    storage: { usage: async () => [{ model: SEARCH_MODEL, complete: true }] },
  });
