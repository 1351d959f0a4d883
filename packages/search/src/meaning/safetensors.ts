import { FoundationError } from '@nearfield/spec';

/** A query table: a row of numbers for each token of a vocabulary. */
export interface QueryTable {
  /** Its own name, such as `minilm-query-table`. */
  readonly name: string;
  /** The model whose vectors it imitates. */
  readonly model: string;
  readonly dimensions: number;
  /** Tokens by row, as WordPiece writes them: `bread`, `##ing`. */
  readonly vocabulary: readonly string[];
  /** rows × dimensions. */
  readonly quantized: Int8Array;
  /** One for each row. */
  readonly scale: Float32Array;
}

interface Tensor {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const wrong = (what: string): FoundationError =>
  new FoundationError({
    code: 'MODEL_INVALID',
    message: `The query table cannot be used: ${what}. It needs \`rows.quantized\` (I8, rows × dimensions) and \`rows.scale\` (F32, rows).`,
  });

/**
 * Reads a query table.
 * @param vocabulary tokens a line, line number = row.
 * @throws FoundationError MODEL_INVALID if the file is not such a table, or has another number of rows than tokens.
 */
export function readQueryTable(
  { name, like }: { name: string; like: string },
  bytes: Uint8Array,
  vocabulary: string,
): QueryTable {
  if (bytes.length < 8) throw wrong('the file ends early');
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  let header: Record<string, Tensor | undefined>;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as typeof header;
  } catch {
    throw wrong('its header is not that of a safetensors file');
  }
  const values = (tensor: string, dtype: string, width: number): { data: Uint8Array; shape: number[] } => {
    const found = header[tensor];
    if (found?.dtype !== dtype) throw wrong(`${tensor} is missing or not ${dtype}`);
    const [start, end] = found.data_offsets;
    const count = found.shape.reduce((product, size) => product * size, 1);
    if (end - start !== count * width || 8 + length + end > bytes.length) throw wrong(`${tensor} ends early`);
    return {
      // A Buffer's own slice() would be a view of the whole file.
      data: Uint8Array.prototype.slice.call(bytes, 8 + length + start, 8 + length + end),
      shape: found.shape,
    };
  };
  const rows = values('rows.quantized', 'I8', 1);
  const scales = values('rows.scale', 'F32', 4);
  const tokens = vocabulary.replace(/\r?\n$/, '').split(/\r?\n/);
  const [count = 0, dimensions = 0] = rows.shape;
  if (tokens.length !== count || scales.shape[0] !== count) {
    throw wrong(`it has ${count} rows, ${scales.shape[0]} scales and ${tokens.length} tokens`);
  }
  return {
    name,
    model: like,
    dimensions,
    vocabulary: tokens,
    quantized: new Int8Array(rows.data.buffer),
    scale: new Float32Array(scales.data.buffer),
  };
}

/** The files of a query table's folder, by name: what {@link readQueryTable} reads, and its configuration. */
export function writeQueryTable(table: QueryTable): Map<string, Uint8Array<ArrayBuffer>> {
  const { name, model, dimensions, vocabulary, quantized, scale } = table;
  const encoder = new TextEncoder();
  const count = vocabulary.length;
  const header = encoder.encode(
    JSON.stringify({
      'rows.quantized': { dtype: 'I8', shape: [count, dimensions], data_offsets: [0, quantized.length] },
      'rows.scale': {
        dtype: 'F32',
        shape: [count],
        data_offsets: [quantized.length, quantized.length + count * 4],
      },
    }),
  );
  const bytes = new Uint8Array(8 + header.length + quantized.length + count * 4);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(new Uint8Array(quantized.buffer, quantized.byteOffset, quantized.length), 8 + header.length);
  for (const [row, value] of scale.entries()) {
    view.setFloat32(8 + header.length + quantized.length + row * 4, value, true);
  }
  return new Map([
    [
      'config.json',
      encoder.encode(`${JSON.stringify({ name, like: model, dimensions, vocabulary: count })}\n`),
    ],
    ['vocab.txt', encoder.encode(`${vocabulary.join('\n')}\n`)],
    [`${name}.safetensors`, bytes],
  ]);
}
