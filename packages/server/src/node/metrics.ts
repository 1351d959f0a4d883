import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestLog } from '../handler.ts';

/** Counts of a server in Prometheus' text format. */
export interface Metrics {
  /** A request came in; the result is called when it is answered. */
  begin(): () => void;
  onRequest(entry: RequestLog): void;
  text(): Promise<string>;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Bytes of a thread that computes; undefined while it does not run. */
type MemoryOf = () => Promise<Readonly<Record<'heapUsed' | 'external' | 'arrayBuffers', number>> | undefined>;

/**
 * Counts requests by route, never by what callers write: its labels stay few.
 * @param threads memory of threads by their names. Default: there are none
 */
export function createMetrics(threads: Readonly<Record<string, MemoryOf>> = {}): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: 'nearfield_requests_total',
    help: 'Answered requests',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const duration = new Histogram({
    name: 'nearfield_request_duration_seconds',
    help: 'Time until an answer began',
    labelNames: ['route'],
    buckets: SECONDS,
    registers,
  });
  const tokens = new Counter({
    name: 'nearfield_tokens_total',
    help: 'Tokens that were read',
    labelNames: ['route'],
    registers,
  });
  const running = new Gauge({
    name: 'nearfield_requests_running',
    help: 'Requests that are being answered',
    registers,
  });
  const memory = new Gauge({
    name: 'nearfield_thread_memory_bytes',
    help: 'Memory of threads that compute; that of the thread which listens is in process_ and nodejs_ metrics',
    labelNames: ['thread', 'kind'],
    registers: Object.keys(threads).length > 0 ? registers : [],
  });
  return {
    begin() {
      running.inc();
      return () => running.dec();
    },
    onRequest({ method, route, status, milliseconds, tokens: count = 0 }) {
      requests.inc({ method: KNOWN_METHODS.has(method) ? method : 'OTHER', route, status });
      duration.observe({ route }, milliseconds / 1000);
      tokens.inc({ route }, count);
    },
    async text() {
      await Promise.all(
        Object.entries(threads).map(async ([thread, memoryOf]) => {
          const { heapUsed = 0, external = 0, arrayBuffers = 0 } = (await memoryOf()) ?? {};
          memory.set({ thread, kind: 'heap' }, heapUsed);
          memory.set({ thread, kind: 'external' }, external);
          memory.set({ thread, kind: 'array_buffers' }, arrayBuffers);
        }),
      );
      return registry.metrics();
    },
  };
}

const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'DELETE',
  'OPTIONS',
  'PUT',
  'PATCH',
]);
