import type { ColourBy, Projection, Sample } from './map-state.ts';

/** What the address says of the map, after `#/map?`. */
export interface MapLink {
  /** The sample that is on the map, which everybody has. */
  sample: Sample | undefined;
  projection: Projection | undefined;
  colourBy: ColourBy | undefined;
  question: string;
}

export function readMapLink(hash: string): MapLink {
  const given = new URLSearchParams(/^#\/map\?(.*)$/su.exec(hash)?.[1] ?? '');
  const [sample, show, colour] = [given.get('texts'), given.get('show'), given.get('colour')];
  return {
    sample: sample === 'sample' ? 'passages' : sample === 'pictures' ? 'pictures' : undefined,
    projection: show === 'pca' || show === 'umap' ? show : undefined,
    colourBy: colour === 'label' || colour === 'group' ? colour : undefined,
    question: given.get('find') ?? '',
  };
}

/** The address of a map: of texts of one's own nothing is in it. */
export function mapLink({ sample, projection, colourBy, question }: MapLink): string {
  if (!sample) return '#/map';
  const parameters = new URLSearchParams({ texts: sample === 'pictures' ? 'pictures' : 'sample' });
  if (projection === 'pca') parameters.set('show', projection);
  if (colourBy === 'group') parameters.set('colour', colourBy);
  if (question !== '') parameters.set('find', question);
  return `#/map?${parameters}`;
}
