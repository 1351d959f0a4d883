/** Elements whose text nobody reads as part of a page. */
export const SKIPPED_TAGS: ReadonlySet<string> = new Set(
  'audio canvas datalist embed head iframe input link meta noframes object option script select source style svg template textarea track video'.split(
    ' ',
  ),
);

/** Elements that stand in the line of the text around them; all others begin a block. */
const INLINE_TAGS: ReadonlySet<string> = new Set(
  'a abbr acronym b bdi bdo big button cite code data del dfn em font i img ins kbd label mark math meter nobr output picture progress q rp rt ruby s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);

/** Whether an element begins a block. Of custom elements those with elements inside do. */
export function isBlock(element: Element, tag: string): boolean {
  if (INLINE_TAGS.has(tag)) return false;
  return !tag.includes('-') || element.firstElementChild !== null;
}
