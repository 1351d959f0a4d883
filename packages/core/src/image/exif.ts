const ORIENTATION = 0x0112;
const ENTRY_BYTES = 12;

/** Field types that an orientation is written in: SHORT as the standard says, and LONG as some programs do. */
const SHORT = 3;
const LONG = 4;

/**
 * Orientation (1 to 8) of EXIF data, which is a TIFF header and its first directory; 1 if there is none or
 * the data is damaged, as viewers show such a picture. Source: EXIF 2.3, tag 0x0112.
 */
export function exifOrientation(tiff: Uint8Array): number {
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const count = view.getUint16(directory, little);
  for (let index = 0; index < count; index++) {
    const entry = directory + 2 + index * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > tiff.length) return 1;
    if (view.getUint16(entry, little) === ORIENTATION) {
      const type = view.getUint16(entry + 2, little);
      if (view.getUint32(entry + 4, little) !== 1 || (type !== SHORT && type !== LONG)) return 1;
      const value = type === SHORT ? view.getUint16(entry + 8, little) : view.getUint32(entry + 8, little);
      return value >= 1 && value <= 8 ? value : 1;
    }
  }
  return 1;
}
