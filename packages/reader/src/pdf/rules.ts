import type { PDFOperatorList } from 'pdfjs-dist/types/src/display/api.js';
import type { Rule } from './geometry.ts';
import type { PdfLibrary } from './library.ts';
import { type Matrix, multiply, transformed } from './matrix.ts';

/** Widest rule in points: a filled box that is thinner is one. */
const THICKNESS = 3;
/** Shortest rule in points. */
const LENGTH = 6;
/** Commands of a path: move, line, cubic and quadratic curves with the numbers that follow them, close. */
const NUMBERS = [2, 2, 6, 4, 0] as const;

/** The straight lines that a page draws. @param view from the page's own points to those of the page as it is read */
export function rulesOf(operators: PDFOperatorList, { OPS }: PdfLibrary, view: Matrix): Rule[] {
  const rules: Rule[] = [];
  const stack: Matrix[] = [];
  let matrix = view;
  operators.fnArray.forEach((operator, index) => {
    const values = operators.argsArray[index] as unknown[] | null;
    if (operator === OPS.save) stack.push(matrix);
    else if (operator === OPS.restore) matrix = stack.pop() ?? view;
    else if (operator === OPS.transform) matrix = multiply(matrix, values as unknown as Matrix);
    else if (operator === OPS.paintFormXObjectBegin) {
      stack.push(matrix);
      const own = values?.[0] as Matrix | null | undefined;
      if (own) matrix = multiply(matrix, own);
    } else if (operator === OPS.paintFormXObjectEnd) matrix = stack.pop() ?? view;
    else if (operator === OPS.constructPath) {
      const [paint, parts] = values as [number, [ArrayLike<number> | null]];
      // A path that only clips is not seen.
      if (paint !== OPS.endPath && parts?.[0]) rules.push(...rulesOfPath(parts[0], matrix));
    }
  });
  return rules;
}

function rulesOfPath(path: ArrayLike<number>, matrix: Matrix): Rule[] {
  const figures: [number, number][][] = [];
  for (let at = 0; at < path.length; ) {
    const command = path[at]!;
    const count = NUMBERS[command as 0 | 1 | 2 | 3 | 4] ?? 0;
    const current = figures.at(-1);
    if (command === 4) {
      if (current?.[0]) current.push(current[0]);
    } else {
      const point = transformed(matrix, path[at + count - 1]!, path[at + count]!);
      if (command === 0 || !current) figures.push([point]);
      else current.push(point);
    }
    at += 1 + count;
  }
  return figures.flatMap(rulesOfFigure);
}

function rulesOfFigure(points: readonly [number, number][]): Rule[] {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const [width, height] = [right - left, bottom - top];
  if (height <= THICKNESS && width >= LENGTH)
    return [{ horizontal: true, at: (top + bottom) / 2, from: left, to: right }];
  if (width <= THICKNESS && height >= LENGTH)
    return [{ horizontal: false, at: (left + right) / 2, from: top, to: bottom }];
  const edges: Rule[] = [];
  for (let index = 1; index < points.length; index += 1) {
    const [x, y] = points[index - 1]!;
    const [toX, toY] = points[index]!;
    if (Math.abs(y - toY) < 0.5 && Math.abs(x - toX) >= LENGTH)
      edges.push({ horizontal: true, at: y, from: Math.min(x, toX), to: Math.max(x, toX) });
    else if (Math.abs(x - toX) < 0.5 && Math.abs(y - toY) >= LENGTH)
      edges.push({ horizontal: false, at: x, from: Math.min(y, toY), to: Math.max(y, toY) });
  }
  return edges;
}
