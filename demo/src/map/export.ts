import type { Mapped, Projection } from './map-state.ts';

/** An item of the map as it is saved. */
export interface SavedPoint {
  /** Of a picture the name of its file. */
  text: string;
  label: string;
  /** Name of its group, or empty. */
  group: string;
  /** Position in the square of the map, from 0 to 1. */
  x: number;
  y: number;
}

export type SavedFormat = 'csv' | 'json';

/** Items with their places on the map that is shown; undefined where it has none yet. */
export function savedPoints(
  { items, groups, groupNames, positions }: Mapped,
  projection: Projection,
  indices: readonly number[],
): SavedPoint[] | undefined {
  const places = positions[projection] ?? positions.pca;
  return (
    places &&
    indices.map((index) => {
      const { text, label } = items[index]!;
      const group = groupNames[groups[index]!] ?? '';
      return { text, label, group, x: places[index * 2]!, y: places[index * 2 + 1]! };
    })
  );
}

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
