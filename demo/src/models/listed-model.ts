import type { ModelFacts, ModelInfo } from '@nearfield/spec';

/** A model with the facts of the catalogue; a server's own models have none. */
export interface ListedModel {
  info: ModelInfo;
  facts: ModelFacts | undefined;
}
