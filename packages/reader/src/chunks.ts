import { invalid } from '@nearfield/spec/implement';

/** A part of Markdown below one heading. */
interface Part {
  level: number;
  heading: string;
  text: string;
}

/** Splits Markdown before its headings, but not in code. Text before the first one has level 0. */
export function parts(markdown: string): Part[] {
  const found: Part[] = [];
  let current: Part = { level: 0, heading: '', text: '' };
  let fence = '';
  const lines = markdown.split('\n');
  lines.forEach((line, index) => {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined) fence = fence === '' ? mark : mark.startsWith(fence) ? '' : fence;
    const heading = fence === '' ? headingOf(line, lines[index + 1]) : undefined;
    if (heading) {
      if (current.text.trim() !== '') found.push(current);
      current = { ...heading, text: '' };
    }
    current.text += `${line}\n`;
  });
  if (current.text.trim() !== '') found.push(current);
  return found;
}

/** Headings begin with hashes, or have a line of `=` or `-` below. */
function headingOf(line: string, next: string | undefined): Omit<Part, 'text'> | undefined {
  const [, hashes, text] = /^(#{1,6})\s+(.*)$/.exec(line) ?? [];
  if (hashes !== undefined) return { level: hashes.length, heading: text!.trim() };
  if (next === undefined || !/\S/.test(line) || /^[\s>*+|-]/.test(line)) return undefined;
  if (/^=+\s*$/.test(next)) return { level: 1, heading: line.trim() };
  return /^-{3,}\s*$/.test(next) ? { level: 2, heading: line.trim() } : undefined;
}

/**
 * Cuts Markdown into chunks as `markdownChunking` says: `h2` begins a chunk with each heading up to the second level,
 * `s2` repeats the headings above at the beginning of each; `true` is `h2`.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED for another value
 */
export function chunks(markdown: string, rule: string): string[] {
  const [, kind = 'h', number = '2'] = /^(?:(?:([hs])([1-6]))|true)$/i.exec(rule.trim()) ?? [
    undefined,
    '',
    '',
  ];
  if (kind === '') {
    throw invalid('markdownChunking', `It is ${rule}; take h1 to h6, s1 to s6, or true.`);
  }
  const depth = Number(number);
  const pieces: string[] = [];
  const above: string[] = [];
  for (const { level, heading, text } of parts(markdown)) {
    const begins = level > 0 && level <= depth;
    if (begins) {
      above.length = level;
      above[level] = `${'#'.repeat(level)} ${heading}`;
    }
    if (pieces.length > 0 && !begins) pieces[pieces.length - 1] += text;
    else {
      const path = kind.toLowerCase() === 's' && begins ? above.slice(1, level).filter(Boolean) : [];
      pieces.push([...path, text].join('\n\n'));
    }
  }
  return pieces.map((piece) => piece.trim());
}
