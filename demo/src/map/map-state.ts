/** What the map page holds. */
import type { Side } from '../shell/app.ts';
import type { Answered } from '../shell/page-state.ts';
import type { MapItem } from './item.ts';
import type { Neighbours } from './projection/neighbours.ts';
import type { Quality, Stage } from './projection/project.ts';
import type { Vectors } from './projection/vectors.ts';

export type Projection = 'pca' | 'umap';
export type ColourBy = 'label' | 'group';
/** What everybody has a map of. */
export type Sample = 'passages' | 'pictures';

/** A point near something, and the cosine of the original vectors. */
export interface Near {
  readonly index: number;
  readonly cosine: number;
}

/** A map, as far as it is made. */
export interface Mapped extends Answered {
  readonly items: readonly MapItem[];
  readonly vectors: Vectors;
  /** Places in a square, by projection. Shape: [count, 2]. */
  readonly positions: Partial<Record<Projection, Float32Array>>;
  /** The group of each item, and the groups' names. */
  readonly groups: Uint8Array;
  readonly groupNames: readonly string[];
  /** The different labels, by falling number of items; empty where there are none. */
  readonly labels: readonly string[];
  readonly neighbours: Neighbours | undefined;
  readonly quality: Quality | undefined;
  /** Share of the variance that the principal components hold. */
  readonly explained: number;
  /** Milliseconds, tokens and number of what was embedded for it. */
  readonly took: number;
  readonly tokens: number;
  readonly fresh: number;
  /** The space of the vectors, where the answers name it. */
  readonly space: string | undefined;
  /** Items that were too many. */
  readonly leftOut: number;
}

/** Items that are near a question. */
export interface Found extends Answered {
  readonly question: string;
  readonly nearest: readonly Near[];
  readonly took: number;
}

export interface MapState {
  /** For maps of texts alone. */
  models: Record<Side, string>;
  /** For maps with pictures: models whose vectors of pictures and texts can be compared. */
  pictureModels: Record<Side, string>;
  /** Whether the map, or the one that is being made, has pictures. */
  withPictures: boolean;
  /** Whether files are being read. */
  reading: boolean;
  /** Texts as they are typed or pasted. */
  typed: string;
  /** Whether new texts come to those of the map. */
  adding: boolean;
  /** The sample of this site that the map shows. */
  sample: Sample | undefined;
  map: Mapped | undefined;
  /** What is being made; undefined when nothing is. */
  making: { stage: Stage; done: number; total: number } | undefined;
  projection: Projection;
  colourBy: ColourBy;
  groups: number;
  selected: readonly number[];
  /** The point that is looked at. */
  current: number | undefined;
  question: string;
  found: Found | undefined;
  /** Words that texts of the list have. */
  filter: string;
}
