/**
 * The source of a page without what a browser reports while it parses it. Nothing of a parsed page runs, and yet a policy
 * of the page around it (Content-Security-Policy) counts each handler, style and base address as a violation, in whichever
 * document it is parsed. So these are renamed before, by the tokenizer's rules of the HTML standard (13.2.5): what only
 * looks like a tag, in a comment, a script or a value, stays.
 */

/** Names under which `style` and the `href` of `base` are found in the document. */
export const HELD_STYLE = 'data-held-style';
export const HELD_BASE = 'data-held-base';

/** Elements whose text is no markup. */
const TEXT_ONLY: ReadonlySet<string> = new Set(
  'script style textarea title xmp iframe noembed noframes'.split(' '),
);
/** Something that may have to be renamed. Most of what else is written is passed over by it. */
const REPORTED = /[\s"'/](?:on[a-z]+|style)[\s=/>]|<(?:style|base)[\s/>]/i;
/** Characters that are looked through in one go, and those of them that the next ones begin with again. */
const WINDOW = 100_000;
const LONGEST_NAME = 100;

/** Tags between two breaks. */
const BREAK = 500;

const NAME = /[^\t\n\f\r />]*/y;
/** The end of a tag, or an attribute: its name, and what stands behind it. */
const PART =
  /[\t\n\f\r /]*(?:(>)|([^\t\n\f\r />][^\t\n\f\r />=]*)([\t\n\f\r ]*=[\t\n\f\r ]*(?:"[^"]*"|'[^']*'|(?!["'])[^\t\n\f\r >]*))?)/y;

/** Writes the source anew, in slices. @returns it as it is if there is nothing in it to rename */
export function* inertSource(html: string): Generator<void, string> {
  let isReported = false;
  for (let from = 0; from < html.length && !isReported; from += WINDOW - LONGEST_NAME) {
    isReported = REPORTED.test(html.slice(from, from + WINDOW));
    yield;
  }
  if (!isReported) return html;
  const parts: string[] = [];
  let copied = 0;
  const replace = (from: number, to: number, text: string): void => {
    parts.push(html.slice(copied, from), text);
    copied = to;
  };
  let tags = 0;
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at)) {
    tags += 1;
    if (tags % BREAK === 0) yield;
    const next = html[at + 1] ?? '';
    if (!/[a-z]/i.test(next)) {
      at = endOfOther(html, at, next);
      continue;
    }
    const start = at;
    const name = sticky(NAME, html, at + 1)![0].toLowerCase();
    at += 1 + name.length;
    let isClosed = false;
    for (;;) {
      const part = sticky(PART, html, at);
      // The tag does not end: the parser leaves it out.
      if (!part) return [...parts, html.slice(copied)].join('');
      const [text, end, attribute = ''] = part;
      const from = at;
      at += text.length;
      if (end !== undefined) {
        isClosed = html[at - 2] === '/';
        break;
      }
      const nameAt = from + /^[\t\n\f\r /]*/.exec(text)![0].length;
      const lower = attribute.toLowerCase();
      if (lower.startsWith('on')) replace(nameAt, at, '');
      else if (lower === 'style') replace(nameAt, nameAt + attribute.length, HELD_STYLE);
      else if (lower === 'href' && name === 'base') replace(nameAt, nameAt + attribute.length, HELD_BASE);
    }
    if (name === 'plaintext') break;
    // In SVG a closed one has no text. Elsewhere its text is looked through in vain.
    if (isClosed || !TEXT_ONLY.has(name)) continue;
    const end = endOfText(html, name, at);
    if (end < 0) break;
    // A template stands in for it, so that elements keep their places among others.
    if (name === 'style') replace(start, end, '<template></template>');
    at = end;
  }
  return [...parts, html.slice(copied)].join('');
}

function sticky(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The end of a comment, a declaration or an end tag; what follows a `<` of the text. */
function endOfOther(html: string, at: number, next: string): number {
  if (html.startsWith('<!--', at)) {
    // `<!-->` is a whole one.
    const end = searchFrom(/--!?>/g, html, at + 2);
    return end ? end.index + end[0].length : html.length;
  }
  if (next === '/' && /[a-z]/i.test(html[at + 2] ?? '')) {
    let place = at + 2;
    for (let part = sticky(PART, html, place); part; part = sticky(PART, html, place)) {
      place += part[0].length;
      if (part[1] !== undefined) return place;
    }
    return html.length;
  }
  if (next !== '!' && next !== '/' && next !== '?') return at + 1;
  const end = html.indexOf('>', at);
  return end < 0 ? html.length : end + 1;
}

function searchFrom(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

/** The place after the end tag of an element whose text is no markup; −1 if it does not end. */
function endOfText(html: string, name: string, from: number): number {
  const end = searchFrom(new RegExp(`</${name}(?=[\\t\\n\\f\\r />])[^>]*>`, 'gi'), html, from);
  return end ? end.index + end[0].length : -1;
}
