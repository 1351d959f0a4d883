import { sha256 } from './sha256.ts';

/** An index's id: the sum of its manifest without the id. */
export const manifestId = (rest: object): Promise<string> =>
  sha256(new TextEncoder().encode(JSON.stringify(rest)));
