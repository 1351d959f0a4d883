/** Beginnings of words whose hyphen is their own, at the end of a line too. */
const OWN_HYPHEN =
  /(?:^|[^\p{L}])(?:self|well|non|ex|half|all|cross|high|low|long|short|full|part|post|pre|anti|co|so|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-$/iu;

/** How words are written within the lines of a document, to decide on hyphens at their ends. */
export class Hyphens {
  readonly #whole = new Set<string>();
  readonly #hyphenated = new Set<string>();

  /** Takes in the words of a line but its last and first, which may be parts. */
  learn(line: string): void {
    for (const [word] of line.matchAll(
      /(?<=[^\p{L}\p{N}-])[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*(?=[^\p{L}\p{N}-])/gu,
    ))
      (word.includes('-') ? this.#hyphenated : this.#whole).add(word.toLowerCase());
  }

  /** How two lines of one paragraph are joined: without the hyphen if it only parted a word. */
  seam(line: string, next: string): Seam {
    const first = line.trimEnd();
    const second = next.trimStart();
    if (first.endsWith('\u00ad')) return { cut: 1, glue: '' };
    if (!/[\p{L}\p{N}][-‐]$/u.test(first)) return { cut: 0, glue: glueOf(first, second) };
    // 'pre- and postwar': the second word is missing by intention.
    if (/^(?:and|or|to|und|oder|bis|et|ou|y|o|e)\s/iu.test(second)) return { cut: 0, glue: ' ' };
    if (!/^\p{Ll}/u.test(second)) return { cut: 0, glue: '' };
    const head = /[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*$/u.exec(first.slice(0, -1))?.[0] ?? '';
    const tail = /^[\p{L}\p{N}]+/u.exec(second)?.[0] ?? '';
    if (this.#whole.has((head + tail).toLowerCase())) return { cut: 1, glue: '' };
    const keeps =
      this.#hyphenated.has(`${head}-${tail}`.toLowerCase()) ||
      head.includes('-') ||
      /\p{N}/u.test(head) ||
      OWN_HYPHEN.test(first.replace('‐', '-'));
    return { cut: keeps ? 0 : 1, glue: '' };
  }
}

/** How lines are joined: characters that the first one loses at its end, and what comes between. */
export interface Seam {
  cut: number;
  glue: string;
}

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}。、，！？：；「」（）]/u;

/** Chinese and Japanese have no spaces, at the end of a line neither. */
function glueOf(first: string, second: string): string {
  const before = [...first].at(-1) ?? '';
  const after = [...second][0] ?? '';
  return first === '' || second === '' || (WIDE.test(before) && WIDE.test(after)) ? '' : ' ';
}
