/** Bytes that an image counts as: about 4,000 tokens. */
const IMAGE = 8000;
/** Bytes that an input counts as beside its text: special tokens, a prompt. */
const AROUND = 24;

/** Bytes of a text as UTF-8, without writing them. */
function bytesOf(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // Both halves of a pair count two.
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

/** Size of an input, from which its tokens are estimated: bytes of its texts. */
export function sizeOf(input: unknown): number {
  if (typeof input === 'string') return bytesOf(input) + AROUND;
  if (typeof input !== 'object' || input === null) return AROUND;
  if (Array.isArray(input)) return input.reduce<number>((sum, item) => sum + sizeOf(item), 0);
  const { text, content } = input as { text?: unknown; content?: unknown };
  const said = text ?? content;
  return said === undefined ? IMAGE : sizeOf(said);
}
