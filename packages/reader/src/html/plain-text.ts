import { isBlock, SKIPPED_TAGS } from '../content/tags.ts';

/** Nodes, and lines, between two breaks. */
const BREAK = 1000;

/** The text of an element as it is shown: a line for each block, spaces as they are seen. */
export function* plainText(root: Element): Generator<void, string> {
  const parts: string[] = [];
  const stack: { node: Node; isEnd: boolean; isPre: boolean }[] = [
    { node: root, isEnd: false, isPre: false },
  ];
  let count = 0;
  for (let step = stack.pop(); step; step = stack.pop()) {
    count += 1;
    if (count % BREAK === 0) yield;
    const { node, isEnd, isPre } = step;
    if (isEnd) parts.push('\n');
    else if (node.nodeType === 3) {
      const { data } = node as Text;
      parts.push(isPre ? data : data.replace(/\s+/g, ' '));
    } else if (node.nodeType === 1) {
      const element = node as Element;
      const tag = element.localName;
      if (SKIPPED_TAGS.has(tag)) continue;
      if (tag === 'br') parts.push('\n');
      const isCell = tag === 'td' || tag === 'th';
      if (isCell) parts.push('\t');
      else if (isBlock(element, tag)) {
        parts.push('\n');
        stack.push({ node, isEnd: true, isPre });
      }
      const isInPre = isPre || tag === 'pre';
      for (let child = element.lastChild; child; child = child.previousSibling) {
        stack.push({ node: child, isEnd: false, isPre: isInPre });
      }
    }
  }
  const lines: string[] = [];
  for (const line of parts.join('').split('\n')) {
    count += 1;
    if (count % BREAK === 0) yield;
    const text = line.replace(/^[ \t]+|[ \t]+$/g, '');
    // One empty line at most.
    if (text !== '' || lines.at(-1) !== '') lines.push(text);
  }
  return lines.join('\n').trim();
}
