/** How points of a label or group look: a colour and a shape, so that neither is needed to tell them apart. */

export type Shape = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross';

const SHAPES: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond', 'cross'];

/** Colours of `map.css`: `--map-0` to `--map-6`; one more is for points of no label. */
export const COLOURS = 7;

/** The number of the mark for points that belong to nothing. */
export const NO_MARK = -1;

/**
 * The mark of a label or group by its number. Colours and shapes have no common factor: 35 are different before the
 * first comes again.
 */
export const markOf = (number: number): { colour: number; shape: Shape } =>
  number === NO_MARK
    ? { colour: COLOURS, shape: 'circle' }
    : { colour: number % COLOURS, shape: SHAPES[number % SHAPES.length]! };

/** Adds the outline of a mark to a path. */
export function traceMark(path: CanvasPath, shape: Shape, x: number, y: number, radius: number): void {
  if (shape === 'circle') {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  for (const [index, [right, down]] of OUTLINES[shape].entries()) {
    if (index === 0) path.moveTo(x + right * radius, y + down * radius);
    else path.lineTo(x + right * radius, y + down * radius);
  }
  path.closePath();
}

/** Corners of shapes, of about the area of a circle with radius 1. */
const OUTLINES: Record<Exclude<Shape, 'circle'>, readonly (readonly [right: number, down: number])[]> = {
  square: [
    [-0.89, -0.89],
    [0.89, -0.89],
    [0.89, 0.89],
    [-0.89, 0.89],
  ],
  triangle: [
    [0, -1.3],
    [1.2, 0.85],
    [-1.2, 0.85],
  ],
  diamond: [
    [0, -1.35],
    [1.1, 0],
    [0, 1.35],
    [-1.1, 0],
  ],
  cross: [
    [-0.42, -1.25],
    [0.42, -1.25],
    [0.42, -0.42],
    [1.25, -0.42],
    [1.25, 0.42],
    [0.42, 0.42],
    [0.42, 1.25],
    [-0.42, 1.25],
    [-0.42, 0.42],
    [-1.25, 0.42],
    [-1.25, -0.42],
    [-0.42, -0.42],
  ],
};

/** The outline of a mark as an SVG path around the origin, for legends. */
export function markPath(shape: Shape, radius: number): string {
  if (shape === 'circle')
    return `M${radius} 0A${radius} ${radius} 0 1 1 ${-radius} 0A${radius} ${radius} 0 1 1 ${radius} 0Z`;
  const corners = OUTLINES[shape].map(([right, down]) => `${right * radius} ${down * radius}`);
  return `M${corners.join('L')}Z`;
}
