/** A text on the map. */
export interface MapItem {
  readonly text: string;
  /** Empty where none was given. */
  readonly label: string;
}

/** Texts without those that are empty or came before, trimmed. */
export function distinctItems(items: Iterable<MapItem>): MapItem[] {
  const found = new Map<string, MapItem>();
  for (const { text, label } of items) {
    const trimmed = text.trim();
    if (trimmed !== '' && !found.has(trimmed)) found.set(trimmed, { text: trimmed, label: label.trim() });
  }
  return [...found.values()];
}
