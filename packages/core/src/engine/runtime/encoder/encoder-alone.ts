import type { FoundationError } from '@nearfield/spec';
import type { Runtime } from '../runtime.ts';
import type { CrewOptions } from './encoder-crew.ts';
import { withEncoder } from './encoder-runtime.ts';

/**
 * The encoder without a general runtime, for Node without onnxruntime-node.
 * @param missing thrown for models that the encoder does not compute, before their files are fetched.
 * @param crew the threads that share bulk work. Default: one thread.
 */
export function encoderAlone(missing: FoundationError, crew?: CrewOptions): Runtime {
  const refuse = async (): Promise<never> => {
    throw missing;
  };
  const reason =
    'Node computes on the CPU; onnxruntime-node is not installed, so the encoder computes its models alone.';
  const runtime = withEncoder(
    {
      device: 'cpu',
      report: { device: 'cpu', f16: false, reason, threads: 1, threadsReason: 'the encoder has one thread' },
      // Graphs that the encoder refuses are not computed at all.
      externalWeights: true,
      hasSlowKernels: false,
      dtypes: ['q8', 'int8', 'uint8', 'q8e4'],
      start: refuse,
      open: refuse,
      lost: new Promise(() => {}),
      dispose: () => {},
    },
    crew,
  );
  const { encoder, report } = runtime;
  if (!encoder || 'refused' in encoder) return runtime;
  return {
    ...runtime,
    /** As many as could be had so far. */
    get report() {
      const { most: threads, reason: threadsReason } = encoder.workers();
      return { ...report, threads, threadsReason };
    },
  };
}
