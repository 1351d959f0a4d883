/** Letters that a language is looked for in: more tell nothing new. */
const LOOKED_AT = 4000;
/** Letters that a text needs: of fewer, guesses are wrong too often. */
const LEAST = 100;

/**
 * The language that a text is in, as a subtag such as `en`; undefined where it does not show.
 * @param named tag that the document gives itself
 */
export async function documentLanguage(text: string, named?: string): Promise<string | undefined> {
  const own = subtagOf(named);
  if (own !== undefined || text.length < LEAST) return own;
  const { franc } = await import('franc-min');
  return subtagOf(franc(text.slice(0, LOOKED_AT), { minLength: LEAST }));
}

/** `de` of `de-AT` or `deu`; undefined for what is no language. */
function subtagOf(tag: string | undefined): string | undefined {
  if (tag === undefined) return undefined;
  try {
    const { language } = new Intl.Locale(tag.trim());
    return language === 'und' ? undefined : language;
  } catch {
    return undefined;
  }
}
