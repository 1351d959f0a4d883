/** Rows of a query table as an index holds them: four bits a number, in groups of 32 with least and greatest. */
import { damaged } from '../errors.ts';
import { checksum } from '../format/sha256.ts';

const GROUP = 32;
const CHECKSUM = 4;
const SCALE = 4;

/** Bytes of one row. */
export const rowBytes = (dimensions: number): number =>
  CHECKSUM + SCALE + 2 * Math.ceil(dimensions / GROUP) + Math.ceil(dimensions / 2);

/** One row: checksum (which knows the token, so that a row in a wrong place is noticed), scale, groups, numbers. */
export function writeRow(row: Int8Array, scale: number, token: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(rowBytes(row.length));
  const view = new DataView(bytes.buffer);
  view.setFloat32(CHECKSUM, scale, true);
  const groups = CHECKSUM + SCALE;
  const numbers = groups + 2 * Math.ceil(row.length / GROUP);
  for (let start = 0, group = 0; start < row.length; start += GROUP, group++) {
    const values = row.subarray(start, start + GROUP);
    const least = Math.min(...values);
    const greatest = Math.max(...values);
    view.setInt8(groups + 2 * group, least);
    view.setInt8(groups + 2 * group + 1, greatest);
    const step = (greatest - least) / 15 || 1;
    for (const [offset, value] of values.entries()) {
      const at = start + offset;
      bytes[numbers + (at >> 1)]! |= Math.round((value - least) / step) << ((at & 1) * 4);
    }
  }
  view.setUint32(0, checksum(bytes.subarray(CHECKSUM), seedOf(token)), true);
  return bytes;
}

/** Adds a row's numbers to a sum. INTEGRITY_MISMATCH if the row is not the token's. */
export function addRow(sum: Float64Array, bytes: Uint8Array, token: string, file: string): void {
  if (bytes.length !== rowBytes(sum.length)) throw damaged(file, `the row of "${token}" ends early`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== checksum(bytes.subarray(CHECKSUM), seedOf(token))) {
    throw damaged(file, `the row of "${token}" is damaged`);
  }
  const scale = view.getFloat32(CHECKSUM, true);
  const groups = CHECKSUM + SCALE;
  const numbers = groups + 2 * Math.ceil(sum.length / GROUP);
  for (let at = 0; at < sum.length; at++) {
    const group = groups + 2 * Math.floor(at / GROUP);
    const least = view.getInt8(group);
    const step = (view.getInt8(group + 1) - least) / 15;
    const level = (bytes[numbers + (at >> 1)]! >> ((at & 1) * 4)) & 15;
    sum[at]! += (least + level * step) * scale;
  }
}

const seedOf = (token: string): number => checksum(new TextEncoder().encode(token), 0);
