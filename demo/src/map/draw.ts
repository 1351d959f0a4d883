import { decimalText } from '../text/decimal.ts';
import { markOf, traceMark } from './marks.ts';
import { MOST_SHOWN, type Thumbnails, thumbnailSide } from './thumbnails.ts';
import { type Size, type Spot, toScreen, type View } from './view.ts';

/** Colours as a canvas takes them. */
export interface Palette {
  marks: readonly string[];
  ink: string;
  ground: string;
}

export interface Scene {
  /** Places in a square from 0 to 1. Shape: [count, 2]. */
  positions: Float32Array;
  /** The number of each point's label or group. */
  marks: Int16Array;
  /** Undefined where no point is a picture. */
  thumbnails: Pick<Thumbnails, 'has' | 'of'> | undefined;
  selected: ReadonlySet<number>;
  current: number | undefined;
  hovered: number | undefined;
  /** Points that are near a question, best first. */
  found: readonly { index: number; cosine: number }[] | undefined;
  /** A lasso while it is drawn. */
  line: readonly Spot[];
  view: View;
  size: Size;
  /** Pixels of the device in one of the page. */
  ratio: number;
  palette: Palette;
}

const FAINT = 0.18;

/** Draws all points, those of one mark with one path, and pictures where there is room; then what stands out. */
export function drawMap(context: CanvasRenderingContext2D, scene: Scene): void {
  const { positions, marks, selected, found, view, size, ratio, palette, thumbnails } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  const radius = radiusOf(positions.length / 2, view, size);
  const side = thumbnails ? thumbnailSide(positions.length / 2, view) : 0;
  const margin = Math.max(radius, side / 2);
  const strong = found ? new Set(found.map(({ index }) => index)) : selected;
  const paths = new Map<number, { path: Path2D; colour: string; faint: boolean }>();
  let room = side > 0 ? MOST_SHOWN : 0;
  const pictures: { index: number; bitmap: ImageBitmap; spot: Spot; faint: boolean }[] = [];
  for (let index = 0; index < marks.length; index++) {
    // As `toScreen` has it, without an object for each of thousands of points in each frame.
    const x = size.width / 2 + ((positions[index * 2] ?? 0.5) - view.x) * view.scale;
    const y = size.height / 2 - ((positions[index * 2 + 1] ?? 0.5) - view.y) * view.scale;
    if (x < -margin || y < -margin || x > size.width + margin || y > size.height + margin) continue;
    const faint = strong.size > 0 && !strong.has(index);
    if (room > 0 && thumbnails?.has(index)) {
      room--;
      const bitmap = thumbnails.of(index);
      if (bitmap) {
        pictures.push({ index, bitmap, spot: { x, y }, faint });
        continue;
      }
    }
    const { colour, shape } = markOf(marks[index]!);
    const key = marks[index]! * 2 + (faint ? 1 : 0);
    let group = paths.get(key);
    if (!group) {
      group = { path: new Path2D(), colour: palette.marks[colour]!, faint };
      paths.set(key, group);
    }
    traceMark(group.path, shape, x, y, radius);
  }
  const fill = (isFaint: boolean): void => {
    for (const { path, colour, faint } of paths.values()) {
      if (faint !== isFaint) continue;
      context.globalAlpha = faint ? FAINT : 0.88;
      context.fillStyle = colour;
      context.fill(path);
    }
    for (const { index, bitmap, spot, faint } of pictures) {
      if (faint !== isFaint) continue;
      context.globalAlpha = faint ? FAINT : 1;
      drawThumbnail(context, bitmap, spot, side, palette.marks[markOf(marks[index]!).colour]!);
    }
    context.globalAlpha = 1;
  };
  fill(true);
  const star = found && drawWays(context, scene, found, margin);
  fill(false);
  if (star) drawStar(context, palette, star);
  for (const index of [scene.hovered, scene.current])
    if (index !== undefined)
      ring(
        context,
        scene,
        index,
        side > 0 && thumbnails?.has(index) ? { square: side / 2 } : { circle: radius },
      );
  if (scene.line.length > 1) drawLine(context, scene);
}

/** A thumbnail around its place, framed by the colour of its mark. */
function drawThumbnail(
  context: CanvasRenderingContext2D,
  bitmap: ImageBitmap,
  { x, y }: Spot,
  side: number,
  colour: string,
): void {
  const scale = side / Math.max(bitmap.width, bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  const [left, top] = [x - width / 2, y - height / 2];
  context.fillStyle = colour;
  context.fillRect(left - 2, top - 2, width + 4, height + 4);
  // Transparent pictures show the ground of the map, not their frame.
  context.clearRect(left, top, width, height);
  context.drawImage(bitmap, left, top, width, height);
}

/** Radius of points in pixels: smaller where there are many, larger as one comes nearer. */
function radiusOf(count: number, view: View, size: Size): number {
  const zoom = view.scale / Math.max(1, Math.min(size.width, size.height));
  return Math.max(2, Math.min(7, (90 / Math.sqrt(count + 100)) * Math.sqrt(Math.max(0.6, zoom))));
}

const placeOf = ({ positions, view, size }: Scene, index: number): Spot =>
  toScreen(view, size, { x: positions[index * 2] ?? 0.5, y: positions[index * 2 + 1] ?? 0.5 });

/**
 * Lines from a question to the points it is near to, with their cosines. The question has no place of its own: it is drawn
 * in the middle of these points, nearer ones counting for more.
 * @returns where the question is
 */
function drawWays(
  context: CanvasRenderingContext2D,
  scene: Scene,
  found: NonNullable<Scene['found']>,
  radius: number,
): Spot {
  const { palette } = scene;
  const places = found.map(({ index, cosine }) => ({ ...placeOf(scene, index), cosine }));
  const weights = places.map(({ cosine }) => Math.exp(cosine * 8));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const star = {
    x: places.reduce((all, { x }, at) => all + (x * weights[at]!) / sum, 0),
    y: places.reduce((all, { y }, at) => all + (y * weights[at]!) / sum, 0),
  };
  context.strokeStyle = palette.ink;
  context.lineWidth = 1;
  for (const [place, { x, y }] of places.entries()) {
    context.globalAlpha = place < 3 ? 0.9 : 0.45;
    context.setLineDash(place < 3 ? [] : [3, 3]);
    context.beginPath();
    context.moveTo(star.x, star.y);
    context.lineTo(x, y);
    context.stroke();
  }
  context.setLineDash([]);
  context.globalAlpha = 1;
  context.font = '600 12px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const { x, y, cosine } of places.slice(0, 3))
    label(context, palette, decimalText(cosine, 2), x + radius + 4, y);
  return star;
}

function drawStar(context: CanvasRenderingContext2D, palette: Palette, star: Spot): void {
  context.beginPath();
  for (let corner = 0; corner < 10; corner++) {
    const reach = corner % 2 === 0 ? 11 : 4.6;
    const angle = (corner * Math.PI) / 5 - Math.PI / 2;
    context.lineTo(star.x + Math.cos(angle) * reach, star.y + Math.sin(angle) * reach);
  }
  context.closePath();
  context.fillStyle = palette.ink;
  context.strokeStyle = palette.ground;
  context.lineWidth = 2;
  context.stroke();
  context.fill();
}

function label(
  context: CanvasRenderingContext2D,
  palette: Palette,
  text: string,
  x: number,
  y: number,
): void {
  context.strokeStyle = palette.ground;
  context.lineWidth = 4;
  context.lineJoin = 'round';
  context.strokeText(text, x, y);
  context.fillStyle = palette.ink;
  context.fillText(text, x, y);
}

function ring(
  context: CanvasRenderingContext2D,
  scene: Scene,
  index: number,
  reach: { circle: number } | { square: number },
): void {
  const { x, y } = placeOf(scene, index);
  for (const [colour, width] of [
    [scene.palette.ground, 5],
    [scene.palette.ink, 2.5],
  ] as const) {
    context.beginPath();
    if ('circle' in reach) context.arc(x, y, reach.circle + 4, 0, 2 * Math.PI);
    else context.rect(x - reach.square - 3, y - reach.square - 3, reach.square * 2 + 6, reach.square * 2 + 6);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}

function drawLine(context: CanvasRenderingContext2D, { line, palette }: Scene): void {
  context.beginPath();
  for (const { x, y } of line) context.lineTo(x, y);
  context.closePath();
  context.fillStyle = palette.ink;
  context.globalAlpha = 0.08;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = palette.ink;
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  context.stroke();
  context.setLineDash([]);
}
