/** The part of a map that is seen: its middle, and pixels of one unit. Positions are in a square from 0 to 1. */
export interface View {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Spot {
  x: number;
  y: number;
}

/** How far a whole map may be magnified, and how much smaller it may be than the view. */
const MOST_ZOOM = 60;
const LEAST_ZOOM = 0.5;
/** Share of the view that the whole map takes. */
const FILL = 0.9;

const wholeScale = ({ width, height }: Size): number => Math.max(1, Math.min(width, height) * FILL);

/** The view of everything. */
export const wholeView = (size: Size): View => ({ x: 0.5, y: 0.5, scale: wholeScale(size) });

/** Where a position is seen. The vertical axis points upwards. */
export const toScreen = (view: View, { width, height }: Size, { x, y }: Spot): Spot => ({
  x: width / 2 + (x - view.x) * view.scale,
  y: height / 2 - (y - view.y) * view.scale,
});

/** The position of something that is seen. */
export const toMap = (view: View, { width, height }: Size, { x, y }: Spot): Spot => ({
  x: view.x + (x - width / 2) / view.scale,
  y: view.y - (y - height / 2) / view.scale,
});

/** Moves by pixels. The middle stays within the map. */
export const moved = (view: View, right: number, down: number): View => ({
  ...view,
  x: clamp(view.x - right / view.scale, 0, 1),
  y: clamp(view.y + down / view.scale, 0, 1),
});

/** Zooms by a factor, so that what is seen at a spot stays there. */
export function zoomed(view: View, size: Size, factor: number, at: Spot): View {
  const whole = wholeScale(size);
  const scale = clamp(view.scale * factor, whole * LEAST_ZOOM, whole * MOST_ZOOM);
  const before = toMap(view, size, at);
  const after = toMap({ ...view, scale }, size, at);
  return { x: clamp(view.x + before.x - after.x, 0, 1), y: clamp(view.y + before.y - after.y, 0, 1), scale };
}

/** Moves just so far that a position is seen, with a margin. */
export function showing(view: View, size: Size, position: Spot, margin = 40): View {
  const { x, y } = toScreen(view, size, position);
  const [left, top] = [Math.min(margin, size.width / 2), Math.min(margin, size.height / 2)];
  const right = clamp(x, left, size.width - left) - x;
  const down = clamp(y, top, size.height - top) - y;
  return right === 0 && down === 0 ? view : moved(view, right, down);
}

/** Positions in a square from 0 to 1, their proportions kept. Shape: [count, 2]. */
export function inSquare(positions: Float32Array): Float32Array<ArrayBuffer> {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [at, value] of positions.entries()) {
    low[at % 2] = Math.min(low[at % 2]!, value);
    high[at % 2] = Math.max(high[at % 2]!, value);
  }
  const reach = Math.max(high[0]! - low[0]!, high[1]! - low[1]!);
  return Float32Array.from(positions, (value, at) =>
    reach > 0 ? 0.5 + (value - (low[at % 2]! + high[at % 2]!) / 2) / reach : 0.5,
  );
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
