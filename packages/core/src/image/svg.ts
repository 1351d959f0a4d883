/**
 * SVG drawings: recognised by their text, and given the size in pixels at which they are drawn. Renderers treat
 * them as a picture: no script runs and nothing outside of the file is loaded.
 */

/** A drawing with the size at which it is to be drawn. */
export interface SvgDrawing {
  /** The whole drawing, with this width and height on its root. */
  readonly text: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** Default pixels of the longer side. */
const DEFAULT_SIDE = 512;
/** Maximum pixels of the longer side: models read no more, and a drawing can state any size. */
const LONGEST_SIDE = 2048;

/** Pixels of CSS's units of length. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  pt: 4 / 3,
  pc: 16,
  in: 96,
  cm: 96 / 2.54,
  mm: 96 / 25.4,
  q: 96 / 101.6,
  em: 16,
  rem: 16,
  ex: 8,
};

interface Attribute {
  readonly name: string;
  readonly value: string;
  /** As it is written. */
  readonly source: string;
}

/**
 * A drawing at its own size, or at that of its `viewBox` scaled to 512 pixels; larger ones at 2048.
 * @returns undefined if the text is not SVG.
 */
export function readSvg(bytes: Uint8Array): SvgDrawing | undefined {
  const text = textOf(bytes);
  if (text === undefined) return undefined;
  const start = rootStart(text);
  const root = /^<((?:[\w.-]+:)?svg)(?=[\s/>])/.exec(text.slice(start, start + 100));
  if (!root) return undefined;
  const attributes: Attribute[] = [];
  let at = start + root[0].length;
  const pattern = /\s+([^\s=/>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
  for (;;) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) break;
    attributes.push({ name: match[1]!, value: match[2] ?? match[3]!, source: match[0] });
    at = pattern.lastIndex;
  }
  const textAt = (wanted: string): string | undefined =>
    attributes.find(({ name }) => name === wanted)?.value;
  const own = ownSize(textAt('width'), textAt('height'), textAt('viewBox'));
  const scale = Math.min(1, LONGEST_SIDE / Math.max(own.width, own.height));
  const width = Math.max(1, Math.round(own.width * scale));
  const height = Math.max(1, Math.round(own.height * scale));
  const added = [`width="${width}"`, `height="${height}"`];
  if (textAt('viewBox') === undefined) added.push(`viewBox="0 0 ${own.width} ${own.height}"`);
  // Drawings that were copied from a page lack attributes that a file needs.
  if (root[1] === 'svg' && textAt('xmlns') === undefined) added.push('xmlns="http://www.w3.org/2000/svg"');
  const kept = attributes.filter(({ name }) => name !== 'width' && name !== 'height');
  const tag = `${root[0]} ${added.join(' ')}${kept.map(({ source }) => source).join('')}`;
  return { text: withoutDeclaration(text.slice(0, start)) + tag + text.slice(at), width, height };
}

/** The text of bytes that begin like XML. */
function textOf(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const head = String.fromCharCode(...bytes.subarray(0, 256)).replace(/^\xef\xbb\xbf/, '');
  if (!head.trimStart().startsWith('<')) return undefined;
  const encoding = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]+)["']/.exec(head)?.[1];
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** Start of the root's tag, after declarations, comments and the document type with its content. */
function rootStart(text: string): number {
  const after = (closing: string, from: number): number => {
    const found = text.indexOf(closing, from);
    return found < 0 ? text.length : found + closing.length;
  };
  for (let at = 0; ; ) {
    while (at < text.length && /\s/.test(text[at]!)) at++;
    if (text.startsWith('<?', at)) at = after('?>', at);
    else if (text.startsWith('<!--', at)) at = after('-->', at);
    else if (/^<!doctype/i.test(text.slice(at, at + 9))) {
      const end = after('>', at);
      const subset = text.indexOf('[', at);
      at = subset >= 0 && subset < end ? after('>', after(']', subset)) : end;
    } else return at;
  }
}

/** The text before the root without the declaration, whose encoding is no longer the text's. */
const withoutDeclaration = (prolog: string): string => prolog.replace(/^\s*<\?xml[^>]*\?>/, '');

/** A drawing's own size in pixels; 0 × 0 if it states that nothing is shown. */
function ownSize(
  width: string | undefined,
  height: string | undefined,
  viewBox: string | undefined,
): { width: number; height: number } {
  const box = viewBox
    ?.trim()
    .split(/[\s,]+/)
    .map(Number);
  const [, , boxWidth = 0, boxHeight = 0] = box ?? [];
  const ratio = boxWidth > 0 && boxHeight > 0 ? boxWidth / boxHeight : 1;
  const across = lengthOf(width);
  const down = lengthOf(height);
  if (across !== undefined && down !== undefined) return { width: across, height: down };
  if (across !== undefined) return { width: across, height: across / ratio };
  if (down !== undefined) return { width: down * ratio, height: down };
  return ratio >= 1
    ? { width: DEFAULT_SIDE, height: DEFAULT_SIDE / ratio }
    : { width: DEFAULT_SIDE * ratio, height: DEFAULT_SIDE };
}

/** Pixels of a length; undefined for percentages of a missing page, and for invalid lengths. */
function lengthOf(text: string | undefined): number | undefined {
  const match = /^\s*\+?(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)\s*([a-z]*)\s*$/i.exec(text ?? '');
  const unit = match && UNITS[match[2]!.toLowerCase()];
  const pixels = match && unit ? Number(match[1]) * unit : 0;
  return pixels > 0 && pixels < 1e6 ? pixels : undefined;
}
