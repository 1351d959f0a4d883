/** A language that nobody speaks, for tests: longer than any, and told from English at a glance. */

/** A text with accents, and longer by two fifths. Parts in braces, and addresses, stay as they are. */
export function stretched(text: string): string {
  const letters = { a: 'á', e: 'é', i: 'î', o: 'ö', u: 'ü', A: 'Á', E: 'É', O: 'Ö', U: 'Ü' };
  const own = text
    .split(/(\{\w+\}|https?:\S+)/u)
    .map((piece, index) =>
      index % 2 === 1
        ? piece
        : piece.replace(/[aeiouAEOU]/gu, (letter) => letters[letter as keyof typeof letters]),
    )
    .join('');
  const more = 'lorem ipsum dolor sit amet '.repeat(Math.ceil(text.length / 60));
  return `${own} ${more.slice(0, Math.ceil(text.length * 0.4)).trim()}`.trim();
}

/** The same, for texts in groups and for those that are made when they are shown. */
export function pseudoWords<Value>(value: Value): Value {
  if (typeof value === 'string') return stretched(value) as Value;
  if (Array.isArray(value)) return value;
  if (typeof value === 'function') {
    const made = (...given: unknown[]): unknown =>
      pseudoWords((value as (...given: unknown[]) => unknown)(...given));
    return Object.defineProperty(made, 'length', { value: value.length }) as Value;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, pseudoWords(each)])) as Value;
}
