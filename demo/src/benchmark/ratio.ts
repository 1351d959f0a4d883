import { languageInUse } from '../words/in-use.ts';

/** A factor, or a number per second, to two digits after the point; from 100 on none. */
export const formatRatio = (value: number): string =>
  new Intl.NumberFormat(languageInUse(), { maximumFractionDigits: value < 100 ? 2 : 0 }).format(value);
