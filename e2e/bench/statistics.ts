export { median, percentile, spread } from '../../demo/src/benchmark/statistics.ts';

/** One line of the printed table. */
export const row = (title: string, text: string): string => `${title.padEnd(34)} ${text}`;
