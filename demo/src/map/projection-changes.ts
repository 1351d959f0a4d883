import type { Mapped, Projection } from './map-state.ts';
import type { ProjectionEvent } from './projection/project.ts';
import { inSquare } from './view.ts';

/** What a report of the worker changes of the map. */
export function changesBy(report: ProjectionEvent, map: Mapped): Partial<Mapped> {
  const placed = (projection: Projection, positions: Float32Array): Mapped['positions'] => ({
    ...map.positions,
    [projection]: inSquare(positions),
  });
  switch (report.type) {
    case 'pca':
      return { positions: placed('pca', report.positions), explained: report.explained };
    case 'groups':
      return { groups: report.groups, groupNames: report.names };
    case 'neighbours':
      return { neighbours: report.neighbours };
    case 'layout':
      return { positions: placed('umap', report.positions) };
    case 'quality':
      return { quality: report.quality };
    case 'progress':
    case 'done':
      return {};
  }
}
