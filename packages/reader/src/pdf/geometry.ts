/** A box in points, with y downwards from the top of the page as it is read. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A straight, horizontal or vertical line that is drawn on a page: an edge of a box, or a rule. */
export interface Rule {
  horizontal: boolean;
  /** y of a horizontal rule, x of a vertical one. */
  at: number;
  from: number;
  to: number;
}

/** Text of one font on one line, as the page sets it. */
export interface Run extends Box {
  text: string;
  /** y of the line that the letters stand on. */
  baseline: number;
  /** Size of the letters in points. */
  size: number;
  bold: boolean;
  monospace: boolean;
  rightToLeft: boolean;
  /** Address of the link that it is part of. */
  url?: string | undefined;
}

/** What a page shows, in its own order. */
export interface PageContent {
  width: number;
  height: number;
  runs: Run[];
  /** Text at another angle than most of the page, each angle turned upright. */
  turned: Run[][];
  rules: Rule[];
}

/** The box around several. */
export const around = (boxes: readonly Box[]): Box => ({
  left: Math.min(...boxes.map(({ left }) => left)),
  right: Math.max(...boxes.map(({ right }) => right)),
  top: Math.min(...boxes.map(({ top }) => top)),
  bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
});

/** The value below which half of the others are; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** Numbers that lie within `distance` of their neighbours as one: their means, ascending. */
export function clustered(values: readonly number[], distance: number): number[] {
  const groups: number[][] = [];
  for (const value of [...values].sort((a, b) => a - b)) {
    const last = groups.at(-1);
    if (last && value - last.at(-1)! <= distance) last.push(value);
    else groups.push([value]);
  }
  return groups.map((group) => group.reduce((sum, value) => sum + value, 0) / group.length);
}
