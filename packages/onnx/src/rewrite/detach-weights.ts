/**
 * Turns the large weights of a file into references to its own bytes. A runtime that is given a model as one
 * message copies it, parses it into a second copy and makes tensors of that: three times the weights. Given
 * a small graph and the weights as external data, it copies each weight once, straight into its tensor.
 */

import { type ProtobufField, ProtobufWriter, readFields, WIRE_TYPE } from '../protobuf.ts';
import type { ModelSummary } from '../read/model.ts';

/** A graph without its large weights, and where they are. */
export interface DetachedModel {
  /** The model with references in place of the weights: kilobytes, a buffer of its own. */
  readonly graph: Uint8Array<ArrayBuffer>;
  /** Name under which the original bytes have to be given to the runtime as external data. */
  readonly location: string;
  /** Weights that are references now, and their bytes. */
  readonly tensors: number;
  readonly detachedBytes: number;
}

/** Smaller tensors stay: shapes and axes must be at hand when the graph is checked. */
const SMALLEST = 4096;

/**
 * Detaches the weights of the main graph that are stored as raw bytes. Those that lie in another file
 * already keep their reference. The given bytes are not changed; they must be kept until the session is made.
 *
 * @param bytes the whole file.
 * @param model its summary.
 * @param location default `nearfield-weights`; must not be the name of a file the model refers to.
 */
export function detachWeights(
  bytes: Uint8Array,
  model: ModelSummary,
  location = 'nearfield-weights',
): DetachedModel {
  const rawData = new Map<number, { start: number; end: number }>();
  for (const { data, range } of model.initializers.values()) {
    if (data && data.end - data.start >= SMALLEST) rawData.set(range.start, data);
  }
  const detached = new ProtobufWriter();
  let detachedBytes = 0;
  const copy = (writer: ProtobufWriter, field: ProtobufField): void => {
    writer.encoded(bytes.subarray(field.tag, field.end));
  };
  for (const part of readFields(bytes)) {
    if (part.field !== 7 || part.wireType !== WIRE_TYPE.bytes) {
      copy(detached, part);
      continue;
    }
    const graph = new ProtobufWriter();
    for (const field of readFields(bytes, part.start, part.end)) {
      const data = field.field === 5 ? rawData.get(field.start) : undefined;
      if (!data) {
        copy(graph, field);
        continue;
      }
      const tensor = new ProtobufWriter();
      for (const inner of readFields(bytes, field.start, field.end)) {
        if (inner.field !== 9) copy(tensor, inner);
      }
      const entries = { location, offset: String(data.start), length: String(data.end - data.start) };
      for (const [key, value] of Object.entries(entries)) {
        tensor.message(13, new ProtobufWriter().string(1, key).string(2, value));
      }
      // data_location: EXTERNAL
      tensor.int(14, 1);
      graph.message(5, tensor);
      detachedBytes += data.end - data.start;
    }
    detached.message(7, graph);
  }
  return { graph: detached.finish(), location, tensors: rawData.size, detachedBytes };
}
