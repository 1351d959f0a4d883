import { compileKernels, hasVectors, readGraph, WeightStage } from '@nearfield/encoder';
import type { Runtime } from '../runtime.ts';
import { type CrewOptions, EncoderCrew } from './encoder-crew.ts';
import { EncoderSession } from './encoder-session.ts';

/** The engine's realm computes alone. */
const ALONE: CrewOptions = { workers: 1, memory: 0, reason: 'no other realm helps here' };

/**
 * A CPU that computes the graphs which the encoder reads with it, and all others with a general runtime, which is
 * only started for them.
 * @param options of the realms that share bulk work. Default: one realm.
 */
export function withEncoder(general: Runtime, options: CrewOptions = ALONE): Runtime {
  if (!hasVectors()) {
    return { ...general, encoder: { refused: 'this browser has no WebAssembly with vector instructions' } };
  }
  const crew = new EncoderCrew(options);
  return {
    ...general,
    encoder: {
      read: readGraph,
      stage: (bytes) => WeightStage.open(bytes, { team: crew.team }),
      prepare: async () => {
        await compileKernels(crew.team !== undefined);
      },
      workers: () => crew.report,
    },
    open: async (model, name) =>
      model.plan ? EncoderSession.open(model.plan, name, crew) : general.open(model, name),
    dispose: () => {
      crew.dismiss();
      general.dispose();
    },
  };
}
