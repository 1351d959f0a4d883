import type { App } from '../shell/app.ts';

/** What everything of this page that a browser keeps is called by: an origin may be shared with other sites. */
const PREFIX = 'nearfield';

/** Deletes a database. Its open connections, also those of other tabs, close by themselves when it is asked for. */
const deleteDatabase = (name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });

function clear(storage: Storage): void {
  for (const key of Object.keys(storage)) if (key.startsWith(PREFIX)) storage.removeItem(key);
}

/**
 * Deletes all that this page keeps in the browser: models, texts, indexes, classifiers, settings. The page has to be loaded
 * anew afterwards, whatever became of it. The files of the app itself stay, so that it opens without a network.
 * @throws what IndexedDB throws; settings are kept then
 */
export async function resetEverything(app: App): Promise<void> {
  await app.local().close();
  const databases = await indexedDB.databases();
  const own = databases.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name] : []));
  await Promise.all(own.map(deleteDatabase));
  clear(localStorage);
  clear(sessionStorage);
}
