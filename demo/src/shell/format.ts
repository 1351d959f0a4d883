import { decimalText } from '../text/decimal.ts';

export const formatCount = (value: number): string => decimalText(value, 0);

/** Bytes in decimal units, as download sizes are usually given: `23.5 MB`. */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    // The unit changes where the rounded number would reach 1000 of the smaller one.
    if (bytes >= size * 0.9995) return `${decimalText(bytes / size, bytes >= 99.95 * size ? 0 : 1)} ${unit}`;
  }
  return `${formatCount(bytes)} B`;
}

/** A duration: `0.4 ms`, `12 ms`, `1.2 s`, `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 9.95) return `${decimalText(milliseconds, 1)} ms`;
  if (milliseconds < 999.5) return `${formatCount(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${decimalText(milliseconds / 1000, 1)} s`;
  return formatSeconds(Math.round(milliseconds / 1000));
}

/** Whole seconds: `12 s`, `2 min 5 s`. */
export const formatSeconds = (seconds: number): string =>
  seconds < 60 ? `${seconds} s` : `${formatCount(Math.floor(seconds / 60))} min ${seconds % 60} s`;
