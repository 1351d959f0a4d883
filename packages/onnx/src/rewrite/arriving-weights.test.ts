import { describe, expect, it } from 'vitest';
import { tinyBert } from '../../test/tiny-bert.ts';
import { ProtobufError, ProtobufWriter } from '../protobuf.ts';
import { readModel } from '../read/model.ts';
import { tensorBytes } from '../read/tensor-values.ts';
import { ArrivingModel, type ArrivingWeight } from './arriving-weights.ts';

const LOCATION = 'weights-of-a-test';

/** Pieces of these lengths, in turn. */
function* piecesOf(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length]!;
    // The buffer is used again: whoever keeps a view of it keeps other bytes.
    const piece = bytes.slice(at, at + length);
    yield piece;
    piece.fill(0xee);
    at += length;
  }
}

function detached(bytes: Uint8Array, lengths: readonly number[], isTaken = (_: ArrivingWeight) => true) {
  const room = new Uint8Array(bytes.length * 2);
  const placed: ArrivingWeight[] = [];
  let end = 128;
  const model = new ArrivingModel({
    size: bytes.length,
    location: LOCATION,
    sink: {
      place: (weight) => {
        if (!isTaken(weight)) return undefined;
        placed.push({ ...weight, dims: [...weight.dims] });
        const start = end;
        end += weight.length;
        return start;
      },
      put: (offset, some) => room.set(some, offset),
    },
  });
  for (const piece of piecesOf(bytes, lengths)) model.push(piece);
  return { graph: model.finish(), room, placed };
}

describe('a model that arrives in pieces', () => {
  const bytes = tinyBert({ form: 'per-tensor' });
  const before = readModel(bytes);

  it.each([[[1]], [[7, 1, 4096]], [[bytes.length]]])('of %j bytes says the same', (lengths) => {
    const { graph, room, placed } = detached(bytes, lengths);
    const after = readModel(graph);
    const facts = (model: typeof before) => [
      model.nodes.map(({ name, opType, inputs, outputs }) => [name, opType, inputs, outputs]),
      [model.inputs, model.outputs, [...model.opsets], model.irVersion, model.producer],
      [...model.initializers.values()].map(({ name, type, dims }) => [name, type, dims]),
    ];
    expect(facts(after)).toEqual(facts(before));
    const files = new Map([[LOCATION, room]]);
    let external = 0;
    for (const tensor of before.initializers.values()) {
      const other = after.initializers.get(tensor.name)!;
      expect(tensorBytes(graph, other, files)).toEqual(tensorBytes(bytes, tensor));
      if (other.external) external++;
    }
    expect(external).toBe(placed.length);
    expect(placed).toEqual([{ type: 'float32', dims: [50, 32], length: 6400 }]);
  });

  it('keeps in the graph what its reader does not want', () => {
    const { graph, placed } = detached(bytes, [1000], ({ type }) => type === 'uint8');
    expect(placed).toEqual([]);
    expect(graph).toEqual(bytes);
  });

  it('is not whole until its last byte', () => {
    const model = new ArrivingModel({
      size: bytes.length,
      location: LOCATION,
      sink: { place: () => undefined, put: () => {} },
    });
    model.push(bytes.subarray(0, -1));
    expect(() => model.finish()).toThrow(ProtobufError);
    model.push(bytes.subarray(-1));
    expect(model.finish()).toEqual(bytes);
  });
});

describe('a damaged model', () => {
  const model = (tensor: ProtobufWriter): Uint8Array =>
    new ProtobufWriter().message(7, new ProtobufWriter().message(5, tensor)).finish();
  const raw = new Uint8Array(5000).fill(3);

  it('with a tensor that lies here and elsewhere is refused', () => {
    const elsewhere = new ProtobufWriter().int(1, 5000).int(2, 3).string(8, 'w').bytes(9, raw).int(14, 1);
    expect(() => detached(model(elsewhere), [64])).toThrow(/here and in another file/);
    // Written out although it is the default.
    const here = new ProtobufWriter().int(1, 5000).int(2, 3).string(8, 'w').bytes(9, raw).int(14, 0);
    const { graph, room } = detached(model(here), [64]);
    const tensor = readModel(graph).initializers.get('w')!;
    expect(tensorBytes(graph, tensor, new Map([[LOCATION, room]]))).toEqual(raw);
  });

  it('with a field that leaves its message is refused before its bytes are awaited', () => {
    const whole = model(new ProtobufWriter().int(1, 5000).int(2, 3).bytes(9, raw));
    const tooLong = whole.slice();
    // The length of the raw bytes, 5000 as a varint.
    const at = tooLong.findIndex(
      (byte, index) => byte === 0x88 && tooLong[index + 1] === 0x27 && tooLong[index - 1] === 0x4a,
    );
    tooLong.set([0x89, 0x27], at);
    expect(() => detached(tooLong, [64])).toThrow(/leaves its message/);
    expect(() => detached(Uint8Array.of(0x3b, 0, 0, 0), [1])).toThrow(/wire type 3/);
    expect(() => detached(new Uint8Array(16).fill(0xff), [16])).toThrow(/longer than ten bytes/);
  });
});
