import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import { tinyBert } from '../../test/tiny-bert.ts';
import { readModel } from '../read/model.ts';
import { applyAdditions } from './addition.ts';
import { detachWeights } from './detach-weights.ts';
import { rewritePerToken } from './per-token.ts';
import { createTail } from './tail.ts';

ort.env.wasm.wasmPaths = { mjs, wasm };

const ids = BigInt64Array.of(3n, 7n, 1n, 9n, 4n);

async function run(
  bytes: Uint8Array,
  extra: ort.InferenceSession.SessionOptions = {},
): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], ...extra });
  const outputs = await session.run({
    input_ids: new ort.Tensor('int64', ids, [1, 5]),
    attention_mask: new ort.Tensor('int64', new BigInt64Array(5).fill(1n), [1, 5]),
    ...(session.inputNames.includes('nearfield_pooling') && {
      nearfield_pooling: new ort.Tensor('float32', new Float32Array(5).fill(0.2), [1, 1, 5]),
      nearfield_dimensions: new ort.Tensor('int64', BigInt64Array.of(32n), [1]),
    }),
  });
  const name = session.outputNames.includes('nearfield_embedding')
    ? 'nearfield_embedding'
    : session.outputNames[0]!;
  return outputs[name]!.data as Float32Array;
}

describe('detachWeights', () => {
  for (const form of ['float32', 'per-tensor'] as const) {
    it(`computes the same from a ${form} graph and its weights as external data`, async () => {
      const bytes = tinyBert({ form });
      const untouched = bytes.slice();
      const detached = detachWeights(bytes, readModel(bytes));
      expect(detached.tensors).toBeGreaterThan(0);
      expect(detached.graph.length).toBeLessThan(
        bytes.length - detached.detachedBytes + 200 * detached.tensors,
      );
      expect(bytes).toEqual(untouched);
      const externalData = [{ path: detached.location, data: bytes }];
      expect(await run(detached.graph, { externalData })).toEqual(await run(bytes));
    });
  }

  it('takes a rewrite and a tail afterwards', async () => {
    const bytes = tinyBert({ form: 'per-tensor' });
    const prepare = (model: Uint8Array): Uint8Array => {
      const summary = readModel(model);
      const rewrite = rewritePerToken(model, summary);
      if (rewrite.status !== 'rewritten') throw new Error(rewrite.status);
      return applyAdditions(model, [
        rewrite,
        createTail(summary, { kind: 'pool', output: 'last_hidden_state' }),
      ]);
    };
    const { graph, location } = detachWeights(bytes, readModel(bytes));
    const vector = await run(prepare(graph), { externalData: [{ path: location, data: bytes }] });
    expect(vector).toEqual(await run(prepare(bytes.slice())));
  });
});
