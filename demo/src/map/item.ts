/** A picture on the map. */
export interface MapPicture {
  /** Of the file: where it is, its size and when it was changed. The same one is embedded once. */
  readonly id: string;
  readonly blob: Blob;
  /** The same made small. */
  readonly thumbnail: Blob;
}

/** A text or a picture on the map. */
export interface MapItem {
  /** Of a picture the name of its file. */
  readonly text: string;
  /** Empty where none was given. */
  readonly label: string;
  readonly picture?: MapPicture;
}

/** What makes an item another than the next. */
export const itemKey = ({ text, picture }: MapItem): string =>
  picture ? `picture:${picture.id}` : `text:${text}`;

/** Items without those that are empty or came before, trimmed. */
export function distinctItems(items: Iterable<MapItem>): MapItem[] {
  const found = new Map<string, MapItem>();
  for (const { text, label, picture } of items) {
    const item = { text: text.trim(), label: label.trim(), ...(picture && { picture }) };
    const key = itemKey(item);
    if ((picture || item.text !== '') && !found.has(key)) found.set(key, item);
  }
  return [...found.values()];
}

/** Labels by falling number of items; those without one are no label. */
export function labelsOf(items: readonly MapItem[]): string[] {
  const counts = new Map<string, number>();
  for (const { label } of items) if (label !== '') counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([label]) => label);
}
