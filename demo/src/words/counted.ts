import { formatCount } from '../shell/format.ts';
import { languageInUse } from './in-use.ts';

/** Forms of a noun by the plural category of the number before it. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** A number and its noun in the language in use: `1 passage`, `2,000 passages`. */
export const counted = (count: number, forms: Forms): string =>
  `${formatCount(count)} ${forms[new Intl.PluralRules(languageInUse()).select(count)] ?? forms.other}`;
