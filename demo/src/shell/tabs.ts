/** What tabs of one browser share: models that are stored, classifiers that were trained here. */
export type Shared = 'storage' | 'classifiers';

/** How the tabs of this page hear of each other's changes. */
export interface Tabs {
  /** Says that something was changed in this tab. */
  changed(what: Shared): void;
  /** Calls back when it was changed in another tab. */
  watch(listener: (what: Shared) => void): void;
}

const isShared = (value: unknown): value is Shared => value === 'storage' || value === 'classifiers';

/** The tabs that have the same page open. Without BroadcastChannel each tab is alone. */
export function otherTabs(name = 'nearfield-demo'): Tabs {
  if (typeof BroadcastChannel === 'undefined') return { changed: () => undefined, watch: () => undefined };
  const channel = new BroadcastChannel(name);
  return {
    changed: (what) => channel.postMessage(what),
    watch: (listener) =>
      channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isShared(data)) listener(data);
      }),
  };
}
