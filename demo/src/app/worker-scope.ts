/** The types of workers and of pages exclude each other; this is what is used of the former. */
export interface WorkerScope {
  readonly registration: {
    readonly scope: string;
    readonly installing: object | null;
    readonly waiting: object | null;
  };
  /** Older browsers do not say which of the registration's workers runs. */
  readonly serviceWorker?: { readonly state: ServiceWorkerState };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: {
      type: 'window';
      includeUncontrolled: true;
    }): Promise<readonly { readonly url: string }[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}

export interface WorkerEvent extends Event {
  /** Of messages. */
  readonly data: unknown;
  waitUntil(work: Promise<unknown>): void;
}

/** The scope of this service worker. */
export const worker = globalThis as unknown as WorkerScope;
