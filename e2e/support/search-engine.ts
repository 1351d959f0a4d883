/** The engine that the pages of search-element.spec.ts are given: the contract without a model, cached. */
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { openLiveIndex } from '@nearfield/search/live';
import { SEARCH_MODEL } from './search-site-pages.ts';

export default () =>
  Object.assign(new HashedFoundation(), {
    storage: { usage: async () => [{ model: SEARCH_MODEL, complete: true }] },
  });

/** A live index of the page, as the `source` of an element. */
export async function openNotes() {
  const notes = await openLiveIndex({ name: 'notes', persist: false });
  await notes.update({ id: 'bread', title: 'Bread', text: 'Keep a loaf in a linen bag.', url: 'bread/' });
  return notes;
}
