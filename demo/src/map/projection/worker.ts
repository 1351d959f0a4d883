/** The worker in which a map is made: it starts with the first message, and numbers groups anew with later ones. */
import { namedGroups, project } from './project.ts';
import type { ProjectionReply, ProjectionRequest } from './projector.ts';

let started: Extract<ProjectionRequest, { type: 'start' }> | undefined;

const reply = (message: ProjectionReply): void => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<ProjectionRequest>) => {
  if (data.type === 'groups') {
    if (started) reply(namedGroups(started.vectors, { ...started.options, ...data }));
    return;
  }
  started = data;
  project(data.vectors, data.options, reply).catch((error: unknown) =>
    reply({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});
