import type { App } from '../shell/app.ts';

const KEY = 'nearfield-persist';

/**
 * Asks the browser once to keep what it stores, as soon as a whole model is there that would be a pity to lose. Before
 * that there is nothing to keep, and Firefox asks the visitor.
 * @param memory where it is noted that the browser was asked. Default: `localStorage`.
 */
export function persistOnceStored(app: App, memory?: Pick<Storage, 'getItem' | 'setItem'>): void {
  const stop = app.subscribe(() => {
    if (!app.state.stored.some(({ complete }) => complete)) return;
    stop();
    // Where storage is blocked, nothing is kept that could be asked for.
    void persistOnce(app, memory).catch(() => undefined);
  });
}

async function persistOnce(app: App, memory: Pick<Storage, 'getItem' | 'setItem'> = localStorage) {
  if (memory.getItem(KEY) !== null) return;
  memory.setItem(KEY, 'asked');
  if (await app.local().storage.persist()) await app.refresh();
}
