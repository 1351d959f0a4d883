/** Words that carry no subject of their own. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about above after again against all almost alone along already also although always am among an and another
  any anyone anything are aren't around as at away be because been before being below between both but by can can't
  cannot come could couldn't did didn't do does doesn't doing don't done down during each either else enough even ever
  every everyone everything few for from further get gets give given go goes going got had has hasn't have haven't
  having he her here hers herself him himself his how i i'm i've if in instead into is isn't it it's its itself just
  keep least less let like made make makes many may me might more most much must my myself near nearly neither never
  next no nobody none nor not nothing now of off often on once one only onto or other others ought our ours out over
  own per perhaps put quite rather really same several shall she should since so some someone something still such
  take than that that's the their theirs them themselves then there there's these they this those though through
  thus till to together too toward towards under until up upon us use used using usually very was way we well were
  what what's when whenever where whether which while who whole whom whose why will with within without won't would
  yes yet you your yours yourself`.split(/\s+/),
);

/** Takes common English endings off, so that `storms`, `storing` and `stored` meet `storm` and `store`. */
export function stem(word: string): string {
  let stemmed = word.replace(/['’]s?$/u, '');
  if (stemmed.length > 4) stemmed = stemmed.replace(/ies$/u, 'y');
  if (stemmed.length > 4) stemmed = stemmed.replace(/(ss|sh|ch|x|z)es$/u, '$1');
  if (stemmed.length > 3) stemmed = stemmed.replace(/([^su])s$/u, '$1');
  if (stemmed.length > 4) stemmed = stemmed.replace(/ied$/u, 'y');
  if (stemmed.length > 5) stemmed = stemmed.replace(/(ingly|edly|ing|ed|er|est|ly)$/u, '');
  stemmed = stemmed.replace(/([bdfgklmnprt])\1$/u, '$1');
  if (stemmed.length > 3) stemmed = stemmed.replace(/e$/u, '');
  return stemmed;
}

/** Stems of the words of a text that are not stop words; numbers count as words. */
export function contentWords(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’]\p{L}+)*/gu) ?? [];
  return new Set(
    words
      .map((word) => word.replaceAll('’', "'"))
      .filter((word) => !STOP_WORDS.has(word))
      .map(stem),
  );
}
