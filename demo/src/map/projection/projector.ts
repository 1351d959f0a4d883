import type { ProjectionEvent, ProjectionOptions } from './project.ts';
import type { Vectors } from './vectors.ts';

export type ProjectionRequest =
  | { type: 'start'; vectors: Vectors; options: ProjectionOptions }
  | { type: 'groups'; groups: number; seed: number };

export type ProjectionReply = ProjectionEvent | { type: 'failed'; message: string };

/** A map that is being made, apart from the thread of the page. */
export interface Projector {
  /** Divides the vectors into another number of groups. */
  regroup(groups: number, seed: number): void;
  /** Stops, and lets go of the vectors. */
  stop(): void;
}

export type StartProjector = (
  vectors: Vectors,
  options: ProjectionOptions,
  listener: (reply: ProjectionReply) => void,
) => Projector;

/** Makes a map in a worker of its own. */
export const startProjector: StartProjector = (vectors, options, listener) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<ProjectionReply>) => listener(data));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    worker.terminate();
    listener({ type: 'failed', message: event.message || 'The worker of the map could not be loaded.' });
  });
  const send = (request: ProjectionRequest): void => worker.postMessage(request);
  send({ type: 'start', vectors, options });
  return {
    regroup: (groups, seed) => send({ type: 'groups', groups, seed }),
    stop: () => worker.terminate(),
  };
};
