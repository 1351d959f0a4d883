import type { FoundationError } from '@nearfield/spec';
import type { Runtime } from '../runtime.ts';
import { withEncoder } from './encoder-runtime.ts';

/**
 * The encoder without a general runtime, for Node without onnxruntime-node.
 * @param missing thrown for models that the encoder does not compute, before their files are fetched.
 */
export function encoderAlone(missing: FoundationError): Runtime {
  const refuse = async (): Promise<never> => {
    throw missing;
  };
  return withEncoder({
    device: 'cpu',
    report: {
      device: 'cpu',
      f16: false,
      reason:
        'Node computes on the CPU; onnxruntime-node is not installed, so the encoder computes its models alone.',
      threads: 1,
      threadsReason: 'the encoder has one thread',
    },
    externalWeights: false,
    hasSlowKernels: false,
    dtypes: ['q8', 'int8', 'uint8', 'q8e4'],
    start: refuse,
    open: refuse,
    lost: new Promise(() => {}),
    dispose: () => {},
  });
}
