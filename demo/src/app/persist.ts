import type { App } from '../shell/app.ts';

const KEY = 'nearfield-persist';

/**
 * Asks the browser once to keep what it stores, as soon as a whole model is there that would be a pity to lose. Before
 * that there is nothing to keep, and Firefox asks the visitor.
 * @param onStored called each time when models have come
 */
export function persistOnceStored(app: App, onStored: () => void, storage?: Storage): void {
  let known = '';
  app.subscribe(() => {
    const models = app.state.stored.filter(({ complete }) => complete).map(({ model }) => model);
    const now = models.join('\n');
    if (now === known) return;
    known = now;
    if (models.length === 0) return;
    onStored();
    void persistOnce(app, storage).catch(() => undefined);
  });
}

async function persistOnce(app: App, storage: Storage = localStorage): Promise<void> {
  if (storage.getItem(KEY) !== null) return;
  storage.setItem(KEY, 'asked');
  if (await app.local().storage.persist()) await app.refresh();
}
