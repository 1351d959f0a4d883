/** Calls to webhooks when batches end: kept until they are answered, and tried again. */
import type { BatchesApi, BatchStatus } from '@nearfield/spec';
import { FoundationError } from '@nearfield/spec';
import { toWire } from '@nearfield/spec/implement';

/** A call that is owed. */
export interface Webhook {
  /** The batch's id. */
  readonly id: string;
  readonly url: string;
  /** Addresses of the batch's lines, as whoever made it is to see them. */
  readonly output: string;
  readonly errors: string;
  /** Failed calls so far. */
  readonly attempts: number;
  /** When it is to be looked at again, in milliseconds since 1970. */
  readonly due: number;
}

/** Where calls that are owed are kept. One that lasts makes them outlive the server. */
export interface WebhookStore {
  /** Milliseconds between two looks for what other servers have put here. Default: nobody else does. */
  readonly lookEvery?: number | undefined;
  /** Keeps one, in place of another of the same id. */
  put(webhook: Webhook): Promise<void>;
  /**
   * Those that are due, for whoever asks first: for all others they are due again at `until`.
   * @returns and the number of all that are kept
   */
  claim(now: number, until: number): Promise<{ due: readonly Webhook[]; kept: number }>;
  /** Forgets one: it was delivered, or given up. */
  delete(id: string): Promise<void>;
}

/** Keeps calls as long as the process lives. */
export class MemoryWebhooks implements WebhookStore {
  readonly #kept = new Map<string, Webhook>();

  async put(webhook: Webhook): Promise<void> {
    this.#kept.set(webhook.id, webhook);
  }

  async claim(now: number, until: number): Promise<{ due: Webhook[]; kept: number }> {
    const due = [...this.#kept.values()].filter((each) => each.due <= now);
    for (const each of due) this.#kept.set(each.id, { ...each, due: until });
    return { due, kept: this.#kept.size };
  }

  async delete(id: string): Promise<void> {
    this.#kept.delete(id);
  }
}

export interface AnnouncerOptions {
  store: WebhookStore;
  batches: Pick<BatchesApi, 'get'>;
  /** One call. @throws if it was not answered with 2xx */
  notify: (url: string, body: string, headers: Readonly<Record<string, string>>) => Promise<void>;
  /** Key of the signature. @default calls are not signed */
  secret?: string | undefined;
  closing: AbortSignal;
  onError: (error: unknown, id: string) => void;
  /** @default Date.now */
  now?: (() => number) | undefined;
  /** @default a timer that keeps no process alive */
  sleep?: ((milliseconds: number, signal: AbortSignal) => Promise<void>) | undefined;
}

/** Calls of one webhook at most. */
const MOST_ATTEMPTS = 10;
/** Milliseconds before the second call; four times as long before each further one, an hour at most. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 3_600_000;
/** Milliseconds between two looks at a batch that has not ended. */
const WATCH_EVERY = 500;
/** Milliseconds after which another server takes a call from one that was silent. */
const LEASE = 120_000;

const FINAL: ReadonlySet<string> = new Set(['completed', 'failed', 'expired', 'cancelled']);

/** A status with the addresses of its lines. */
export function withAddresses(
  status: BatchStatus,
  { output, errors }: Pick<Webhook, 'output' | 'errors'>,
): BatchStatus {
  const { stats } = status;
  return {
    ...status,
    ...(status.output_url == null && status.status === 'completed' && { output_url: output }),
    ...(status.error_file_url == null && stats && stats.failed > 0 && { error_file_url: errors }),
  };
}

/** Makes the calls. Each is made at least once, and again until it is answered or was tried ten times. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #now: () => number;
  readonly #sleep: NonNullable<AnnouncerOptions['sleep']>;
  #isRunning = false;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#sleep = options.sleep ?? pause;
  }

  /** Owes a call for a batch. Resolves once it is kept. */
  async add(webhook: Pick<Webhook, 'id' | 'url' | 'output' | 'errors'>): Promise<void> {
    const { store } = this.#options;
    await store.put({ ...webhook, attempts: 0, due: this.#now() });
    this.start();
  }

  /** Goes on with calls that are kept. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run().finally(() => {
      this.#isRunning = false;
    });
  }

  async #run(): Promise<void> {
    const { store, closing, onError } = this.#options;
    const { lookEvery } = store;
    let isOut = false;
    while (!closing.aborted) {
      let kept = 1;
      try {
        const claimed = await store.claim(this.#now(), this.#now() + LEASE);
        kept = claimed.kept;
        await Promise.all(claimed.due.map((webhook) => this.#look(webhook)));
        isOut = false;
      } catch (error) {
        // The store is out of reach: what it keeps is not lost.
        if (!isOut) onError(error, 'webhooks');
        isOut = true;
      }
      if (kept === 0 && lookEvery === undefined) return;
      await this.#sleep(lookEvery ?? WATCH_EVERY, closing).catch(() => {});
    }
  }

  async #look(webhook: Webhook): Promise<void> {
    const { store, batches } = this.#options;
    let status: BatchStatus;
    try {
      status = await batches.get(webhook.id);
    } catch (error) {
      const isGone = FoundationError.isInstance(error) && error.code === 'RESOURCE_NOT_FOUND';
      if (isGone) await store.delete(webhook.id);
      else await store.put({ ...webhook, due: this.#now() + FIRST_PAUSE });
      return;
    }
    if (!FINAL.has(status.status))
      await store.put({ ...webhook, due: this.#now() + (store.lookEvery ?? WATCH_EVERY) });
    else await this.#call(webhook, status);
  }

  async #call(webhook: Webhook, status: BatchStatus): Promise<void> {
    const { store, notify, onError, closing } = this.#options;
    const body = JSON.stringify(toWire(withAddresses(status, webhook)));
    try {
      await notify(webhook.url, body, await this.#headers(webhook, body));
      await store.delete(webhook.id);
    } catch (error) {
      const attempts = webhook.attempts + 1;
      if (closing.aborted) {
        // Others need not wait for the end of the claim. A store of one server has none to wait, and the next one looks.
        if (store.lookEvery !== undefined) await store.put({ ...webhook, due: this.#now() });
      } else if (attempts < MOST_ATTEMPTS) {
        const wait = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 4 ** (attempts - 1));
        await store.put({ ...webhook, attempts, due: this.#now() + wait });
      } else {
        await store.delete(webhook.id);
        onError(error, webhook.id);
      }
    }
  }

  /** The id by which a call that comes twice is known, and the signature of `timestamp.body`. */
  async #headers({ id }: Webhook, body: string): Promise<Record<string, string>> {
    const { secret } = this.#options;
    const timestamp = String(Math.floor(this.#now() / 1000));
    return {
      'X-Nearfield-Delivery': id,
      'X-Nearfield-Timestamp': timestamp,
      ...(secret !== undefined && {
        'X-Nearfield-Signature': `sha256=${await hmac(secret, `${timestamp}.${body}`)}`,
      }),
    };
  }
}

async function hmac(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const way = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), way, false, ['sign']);
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
  return Array.from(signature, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Waits, and keeps no process alive for it. @throws the signal's reason */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
    if (typeof timer === 'object' && 'unref' in timer) timer.unref();
  });
}
