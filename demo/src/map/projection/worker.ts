/** The worker in which a map is made: it starts with the first message, and numbers groups anew with later ones. */
import { groupVectors } from './groups.ts';
import { project } from './project.ts';
import type { ProjectionReply, ProjectionRequest } from './projector.ts';
import type { Vectors } from './vectors.ts';

let vectors: Vectors | undefined;

const reply = (message: ProjectionReply): void => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<ProjectionRequest>) => {
  if (data.type === 'groups') {
    if (vectors) reply({ type: 'groups', groups: groupVectors(vectors, data.groups, data.seed) });
    return;
  }
  vectors = data.vectors;
  project(data.vectors, data.options, reply).catch((error: unknown) =>
    reply({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});
