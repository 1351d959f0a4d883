import { words } from '../words/language.ts';

/** A file that cannot be used as a picture, in a sentence for a person. */
export class UnreadablePictureError extends Error {
  override readonly name = 'UnreadablePictureError';
}

/** Longest side that a drawing is given, in pixels: models look at a few hundred. */
const DRAWN_SIDE = 512;

/** Pictures beyond these are scaled down: engines and servers refuse them. */
const MOST_PIXELS = 16_000_000;
const MOST_BYTES = 8 * 1024 * 1024;
const SCALED_SIDE = 2048;

/** Where a mark stands in the first bytes of a file, one character a byte. */
type Mark<Kind extends string> = readonly [kind: Kind, start: string, at?: number];

const kindOf = <Kind extends string>(head: string, marks: readonly Mark<Kind>[]): Kind | undefined =>
  marks.find(([, mark, at = 0]) => head.startsWith(mark, at))?.[0];

/** What raster files that engines read begin with. */
const KNOWN: readonly Mark<string>[] = [
  ['PNG', '\x89PNG\r\n'],
  ['JPEG', '\xff\xd8\xff'],
  ['GIF', 'GIF87a'],
  ['GIF', 'GIF89a'],
  ['WebP', 'WEBP', 8],
  ['BMP', 'BM'],
  ['AVIF', 'ftypavif', 4],
  ['AVIF', 'ftypavis', 4],
];

/** What people choose by mistake, or what only some browsers read. */
const OTHER: readonly Mark<'heic' | 'video' | 'tiff' | 'jpegXl' | 'pdf' | 'archive'>[] = [
  ['heic', 'ftyphei', 4],
  ['heic', 'ftypmif1', 4],
  ['video', 'ftyp', 4],
  ['video', '\x1aE\xdf\xa3'],
  ['tiff', 'II*\0'],
  ['tiff', 'MM\0*'],
  ['jpegXl', '\xff\x0a'],
  ['jpegXl', 'JXL ', 4],
  ['pdf', '%PDF'],
  ['archive', 'PK\x03\x04'],
];

/** Whether a file is a drawing: by its type or name, or by what it begins with. */
const isDrawing = ({ type, name }: File, head: string): boolean =>
  type === 'image/svg+xml' ||
  /\.svg$/iu.test(name) ||
  (/^(?:\u00ef\u00bb\u00bf)?\s*<(?:\?xml|!--|!doctype svg|svg)/iu.test(head) && /<svg[\s>]/iu.test(head));

/**
 * The pixels of a file as engines read them: a raster picture as it is, a drawing (SVG) rendered, one that is too large
 * scaled down. It is decoded here, so that what is no picture is known before anything is asked of a model.
 * @throws UnreadablePictureError naming the file
 */
export async function readPicture(file: File): Promise<Blob> {
  const { name } = file;
  if (file.size === 0) throw new UnreadablePictureError(words().classify.empty(name));
  let head: string;
  try {
    const bytes = new Uint8Array(await file.slice(0, 1024).arrayBuffer());
    head = String.fromCharCode(...bytes);
  } catch {
    throw new UnreadablePictureError(words().classify.gone(name));
  }
  if (isDrawing(file, head)) return drawn(file);
  const kind = kindOf(head, KNOWN);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    const other = kindOf(head, OTHER);
    if (kind) throw new UnreadablePictureError(words().classify.damaged(name, kind));
    throw new UnreadablePictureError(
      other
        ? words().classify.otherKind(name, words().classify.kinds[other])
        : words().classify.noPicture(name),
    );
  }
  try {
    const { width, height } = bitmap;
    const large = width * height > MOST_PIXELS || file.size > MOST_BYTES;
    if (kind && !large) return file;
    const scale = large ? Math.min(1, SCALED_SIDE / Math.max(width, height)) : 1;
    return await painted(bitmap, Math.max(1, width * scale), Math.max(1, height * scale));
  } finally {
    bitmap.close();
  }
}

/** The first tag of a drawing; values of attributes may hold a `>`. */
const ROOT = /<svg(?=[\s>/])(?:[^>"']|"[^"]*"|'[^']*')*>/iu;

/**
 * Renders a drawing. As a picture it runs no script and loads nothing. It is not parsed in this page, whose policy
 * would refuse its styles.
 */
async function drawn(file: File): Promise<Blob> {
  const broken = new UnreadablePictureError(words().classify.brokenDrawing(file.name));
  const text = (await file.text()).replace(/<!--[\s\S]*?-->/gu, '');
  const root = ROOT.exec(text)?.[0];
  if (root === undefined) throw broken;
  const { width, height, tag } = sized(root);
  const source = new Blob([text.replace(ROOT, () => tag)], { type: 'image/svg+xml' });
  const url = URL.createObjectURL(source);
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode().catch(() => {
      throw broken;
    });
    return await painted(image, width, height);
  } finally {
    URL.revokeObjectURL(url);
  }
}

const attribute = (name: string): RegExp => new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'u');

/** The first tag with the size to draw at, in the drawing's own proportions. */
function sized(root: string): { width: number; height: number; tag: string } {
  const read = (name: string): string => {
    const [, double, single] = attribute(name).exec(root) ?? [];
    return (double ?? single ?? '').trim();
  };
  const length = (name: string): number => {
    const value = read(name);
    return /^[\d.]+(?:px|pt|mm|cm|in|pc|em|rem|ex)?$/u.test(value) ? Number.parseFloat(value) : Number.NaN;
  };
  const box = read('viewBox')
    .split(/[\s,]+/u)
    .map(Number);
  const own = [length('width'), length('height')] as const;
  const ofOwn = own[0] > 0 && own[1] > 0 ? own[0] / own[1] : undefined;
  const ofBox = box.length === 4 && box[2]! > 0 && box[3]! > 0 ? box[2]! / box[3]! : undefined;
  const ratio = ofOwn ?? ofBox ?? 1;
  const width = Math.max(1, Math.round(ratio >= 1 ? DRAWN_SIDE : DRAWN_SIDE * ratio));
  const height = Math.max(1, Math.round(ratio >= 1 ? DRAWN_SIDE / ratio : DRAWN_SIDE));
  const bare = root.replace(attribute('width'), '').replace(attribute('height'), '');
  const viewBox = ofBox === undefined && ofOwn ? ` viewBox="0 0 ${own[0]} ${own[1]}"` : '';
  return {
    width,
    height,
    tag: bare.replace(/^<svg/iu, `<svg width="${width}" height="${height}"${viewBox}`),
  };
}

async function painted(image: CanvasImageSource, width: number, height: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width);
  canvas.height = Math.round(height);
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new UnreadablePictureError(words().classify.tooLarge))),
      'image/png',
    );
  });
}
