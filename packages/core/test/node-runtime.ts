import * as ort from 'onnxruntime-node';
import { nodeRuntime as runtimeOf } from '../src/engine/runtime/onnx/node.ts';
import type { Runtime } from '../src/engine/runtime/runtime.ts';

/** The CPU of this process, on one thread. */
export const nodeRuntime = (changes: Partial<Runtime> = {}): Runtime => ({
  ...runtimeOf(ort, { reason: 'a test', threads: 1, threadsReason: 'a test' }),
  ...changes,
});
