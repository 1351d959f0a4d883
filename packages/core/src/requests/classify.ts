import type { ClassifierAccess, ParsedZeroShotClassifyRequest } from '@nearfield/spec/implement';
import type { LabelReading, VectorRole } from '../models/classification.ts';
import type { Collecting } from './answer-items.ts';
import type { EmbedItem } from './items.ts';

/** A request that fits its schema and its model. */
export interface CheckedZeroShot extends Collecting {
  request: ParsedZeroShotClassifyRequest;
  role: VectorRole;
  reading: LabelReading;
}

export interface CheckedFewShot extends Collecting {
  classifierId: string;
  items: EmbedItem[];
}

/** A training call whose request fits its schema and its model. */
export interface CheckedTraining {
  /** Names this call: sent again, it is answered and not done again. */
  callId: string;
  /** Of the classifier that is updated, or for the new one. */
  classifierId: string;
  /** For a new classifier only. */
  create?: { model: string; role: VectorRole; access: ClassifierAccess } | undefined;
  items: EmbedItem[];
  /** Label of each item. */
  labels: string[];
  iterations: number;
}

/** Maximum number of classifiers, and of labels per classifier. Defaults: those of the hosted API. */
export interface ClassifierLimits {
  /** Default 16. */
  labels?: number | undefined;
  /** Default 16. */
  classifiers?: number | undefined;
}
