import type { CallProgress, FileProgress } from '@nearfield/spec';

/** A model on its way into memory. */
export interface ModelLoading {
  model: string;
  state: 'downloading' | 'from-cache' | 'compiling' | 'checking' | 'ready';
  loaded: number;
  total: number;
  files: readonly FileProgress[];
  /** Bytes a second since the first byte; 0 until they can be told. */
  rate: number;
  device?: string | undefined;
  /** `performance.now()` of the first event. */
  startedAt: number;
  /** Milliseconds from the first event until ready. */
  took?: number | undefined;
}

/** The state after an event. Events about the work itself change nothing. */
export function trackModel(
  before: ModelLoading | undefined,
  event: CallProgress,
  now: number,
): ModelLoading | undefined {
  if (event.type === 'work-progress') return before;
  const current: ModelLoading =
    before?.model === event.model && before.took === undefined
      ? before
      : { model: event.model, state: 'from-cache', loaded: 0, total: 0, files: [], rate: 0, startedAt: now };
  if (event.type === 'model-progress') {
    const seconds = (now - current.startedAt) / 1000;
    return {
      ...current,
      state: event.fromCache ? 'from-cache' : 'downloading',
      loaded: event.loaded,
      total: event.total,
      files: event.files,
      rate: seconds > 0.2 ? event.loaded / seconds : 0,
    };
  }
  return {
    ...current,
    state: event.state,
    ...(event.device && { device: event.device }),
    ...(event.state === 'ready' && { took: now - current.startedAt }),
  };
}

/** Whole seconds until a download is done, at its speed so far, rounded up; undefined while that cannot be told. */
export function remainingTime({ state, loaded, total, rate }: ModelLoading): number | undefined {
  if (state !== 'downloading' || rate <= 0 || loaded >= total) return undefined;
  return Math.ceil((total - loaded) / rate);
}
