import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { readModel } from '../read/model.ts';
import { encodeModel } from '../write/encode.ts';
import { GraphBuilder } from '../write/graph-builder.ts';
import { tensor } from '../write/tensor.ts';
import { keepOutputs, weightBytes } from './keep-outputs.ts';

/** Two chains that share a weight, and a third that reads both. */
function twoTowers(): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('two');
  const left = graph.input('left', 'float32', ['n', 2]);
  const right = graph.input('right', 'float32', ['m', 2]);
  const shared = graph.constant('shared', tensor('float32', [2], [10, 20]));
  const own = graph.constant('own', tensor('float32', [2], [1, 2]));
  const lifted = graph.op('Add', [left, shared], { output: 'lifted' });
  graph.hint('lifted', 'float32', ['n', 2]);
  graph.output(graph.op('Add', [lifted, own], { output: 'left_out' }), 'float32', ['n', 2]);
  graph.output(graph.op('Mul', [right, shared], { output: 'right_out' }), 'float32', ['m', 2]);
  return encodeModel(graph, { opset: 17 });
}

describe('keepOutputs', () => {
  const bytes = twoTowers();

  it('keeps only what an output needs', () => {
    const untouched = bytes.slice();
    const kept = readModel(keepOutputs(bytes, readModel(bytes), ['right_out']));
    expect(bytes).toEqual(untouched);
    expect(kept.inputs.map(({ name }) => name)).toEqual(['right']);
    expect(kept.outputs.map(({ name }) => name)).toEqual(['right_out']);
    expect(kept.nodes.map(({ opType }) => opType)).toEqual(['Mul']);
    expect([...kept.initializers.keys()]).toEqual(['shared']);
    expect(kept.valueInfos).toEqual([]);
    expect(weightBytes(kept)).toBe(8);
    expect(weightBytes(readModel(bytes))).toBe(16);
  });

  it('computes the same, without the other input', async () => {
    const run = async (output: string, input: string): Promise<number[]> => {
      const session = await ort.InferenceSession.create(keepOutputs(bytes, readModel(bytes), [output]));
      expect(session.inputNames).toEqual([input]);
      const results = await session.run({ [input]: new ort.Tensor('float32', [3, 4], [1, 2]) });
      return Array.from(results[output]!.data as Float32Array);
    };
    expect(await run('left_out', 'left')).toEqual([14, 26]);
    expect(await run('right_out', 'right')).toEqual([30, 80]);
  });

  it('keeps everything for all outputs', () => {
    const model = readModel(bytes);
    expect(keepOutputs(bytes, model, ['left_out', 'right_out'])).toEqual(bytes);
  });

  it('refuses outputs that do not exist', () => {
    expect(() => keepOutputs(bytes, readModel(bytes), ['middle'])).toThrow(/no output middle/);
  });
});
