import { describe, expect, it } from 'vitest';
import { ProtobufWriter } from '../protobuf.ts';
import { hiddenExternalTensor } from './external-tensors.ts';

const message = (): ProtobufWriter => new ProtobufWriter();

/** A tensor named `t` that lies in a file, or as its data say. */
const far = (location: ProtobufWriter = message().int(14, 1)): ProtobufWriter =>
  location.string(8, 't').int(1, 4).int(2, 1);

const graphOf = (node: ProtobufWriter): ProtobufWriter => message().message(1, node);
const modelOf = (graph: ProtobufWriter): Uint8Array => message().message(7, graph).finish();
const attribute = (field: number, value: ProtobufWriter): ProtobufWriter =>
  message().string(1, 'value').message(field, value);
const node = (value: ProtobufWriter): ProtobufWriter =>
  message().string(3, 'n').string(4, 'Constant').message(5, value);

/** The graph as the body of as many nested nodes. */
function nested(graph: ProtobufWriter, depth: number, field = 6): ProtobufWriter {
  let outer = graph;
  for (let level = 0; level < depth; level++) outer = graphOf(node(attribute(field, outer)));
  return outer;
}

describe('hiddenExternalTensor', () => {
  const sparse = message().message(1, far());
  const places: Record<string, Uint8Array> = {
    'an attribute': modelOf(graphOf(node(attribute(5, far())))),
    'a list of tensors': modelOf(graphOf(node(attribute(10, far())))),
    'a sparse attribute': modelOf(graphOf(node(attribute(22, sparse)))),
    'indices of a sparse attribute': modelOf(graphOf(node(attribute(22, message().message(2, far()))))),
    'a list of sparse tensors': modelOf(graphOf(node(attribute(23, sparse)))),
    'a sparse initializer': modelOf(message().message(15, sparse)),
    'an initializer of a subgraph': modelOf(nested(message().message(5, far()), 1)),
    'an initializer of one of several subgraphs': modelOf(nested(message().message(5, far()), 1, 11)),
    'an attribute 90 subgraphs deep': modelOf(nested(graphOf(node(attribute(5, far()))), 90)),
    'an attribute 3,000 subgraphs deep': modelOf(nested(graphOf(node(attribute(5, far()))), 3000)),
    'a function': message()
      .message(7, message())
      .message(
        25,
        message()
          .string(1, 'f')
          .message(7, node(attribute(5, far()))),
      )
      .finish(),
    'the default of a function’s attribute': message()
      .message(25, message().message(11, attribute(5, far())))
      .finish(),
    'a training graph': message()
      .message(20, message().message(2, message().message(5, far())))
      .finish(),
    'a second part of the graph': message()
      .message(7, message())
      .message(7, graphOf(node(attribute(5, far()))))
      .finish(),
    'a second part of the attribute’s tensor': modelOf(
      graphOf(node(attribute(5, message().string(8, 't')).message(5, far(message().int(14, 1))))),
    ),
    'a tensor that says two things': modelOf(
      graphOf(node(attribute(5, far(message().int(14, 1).int(14, 0))))),
    ),
    'a tensor with an entry only': modelOf(
      graphOf(
        node(attribute(5, far(message().message(13, message().string(1, 'location').string(2, '/x'))))),
      ),
    ),
    'an initializer whose name another one has': modelOf(
      message().message(5, far()).message(5, message().string(8, 't')),
    ),
  };

  it.each(Object.entries(places))('finds the tensor in %s', (_, bytes) => {
    expect(hiddenExternalTensor(bytes)).toMatch(/^tensor 't'/);
  });

  it('names the place', () => {
    expect(hiddenExternalTensor(places['an attribute']!)).toBe("tensor 't' in node 'n' in attribute 'value'");
    expect(hiddenExternalTensor(places['a function']!)).toBe(
      "tensor 't' in function 'f' in node 'n' in attribute 'value'",
    );
  });

  it('leaves weights of the main graph and tensors in the file itself', () => {
    const inside = message().string(8, 'u').int(14, 0);
    const graph = graphOf(node(attribute(5, inside)))
      .message(5, far())
      .message(5, inside);
    expect(hiddenExternalTensor(modelOf(graph))).toBeUndefined();
  });
});
