import { compileKernels, hasVectors, readGraph } from '@nearfield/encoder';
import type { Runtime } from '../runtime.ts';
import { EncoderSession } from './encoder-session.ts';

/**
 * A CPU that computes the graphs which the encoder reads with it, and all others with a general runtime, which is
 * only started for them.
 */
export function withEncoder(general: Runtime): Runtime {
  if (!hasVectors()) {
    return { ...general, encoder: { refused: 'this browser has no WebAssembly with vector instructions' } };
  }
  return {
    ...general,
    encoder: {
      read: readGraph,
      prepare: async () => {
        await compileKernels();
      },
    },
    open: async (model, name) =>
      model.plan ? EncoderSession.open(model.plan, name) : general.open(model, name),
  };
}
