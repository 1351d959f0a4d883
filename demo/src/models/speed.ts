import { formatBytes, formatDuration } from '../shell/format.ts';
import type { ModelLoading } from '../shell/model-progress.ts';
import { words } from '../words/language.ts';

/** Speed and remaining time, once they can be told. */
export function speedOf({ state, rate, loaded, total }: ModelLoading): string[] {
  if (state !== 'downloading' || rate <= 0) return [];
  const t = words().models;
  const seconds = Math.ceil((total - loaded) / rate);
  return [t.rate(formatBytes(rate)), ...(seconds > 0 ? [t.left(formatDuration(seconds * 1000))] : [])];
}
