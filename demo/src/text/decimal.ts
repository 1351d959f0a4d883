import { languageInUse } from '../words/in-use.ts';

/** A number with so many decimal places, as the language in use writes it. */
export const decimalText = (value: number, digits: number): string =>
  new Intl.NumberFormat(languageInUse(), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
