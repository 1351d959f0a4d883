import type { MapItem } from './item.ts';

/** A text of the map as it is saved. */
export interface SavedPoint extends MapItem {
  /** Name of its group, or empty. */
  group: string;
  /** Position in the square of the map, from 0 to 1. */
  x: number;
  y: number;
}

export type SavedFormat = 'csv' | 'json';

/** Points as a file. A cell that a spreadsheet would compute gets an apostrophe. */
export async function savedFile(points: readonly SavedPoint[], format: SavedFormat): Promise<Blob> {
  const rounded = points.map(({ text, label, group, x, y }) => ({
    text,
    label,
    group,
    x: Number(x.toFixed(5)),
    y: Number(y.toFixed(5)),
  }));
  if (format === 'json') return new Blob([JSON.stringify(rounded, null, 2)], { type: 'application/json' });
  const { default: papa } = await import('papaparse');
  return new Blob([papa.unparse(rounded, { escapeFormulae: true })], { type: 'text/csv' });
}
