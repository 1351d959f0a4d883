import type { Dtype } from '../capabilities.ts';
import type { EmbeddingOption, GraphFiles, ModelEntry, Target } from './types.ts';

type Licence = Pick<ModelEntry, 'licence' | 'commercialUse'>;

export const APACHE_2: Licence = {
  licence: 'Apache-2.0',
  commercialUse: { answer: 'yes', why: 'The Apache License 2.0 permits commercial use; keep the notices.' },
};

export const CC_BY_NC_4: Licence = {
  licence: 'CC-BY-NC-4.0',
  commercialUse: {
    answer: 'licence-needed',
    why: 'The weights are CC-BY-NC-4.0: a company needs a licence from Jina AI to run them, or uses the paid API.',
  },
};

/** Ids under which a model of Jina AI is known. */
export const jinaIds = (id: string): Pick<ModelEntry, 'id' | 'aliases' | 'huggingFaceId'> => ({
  id,
  aliases: [`jina-ai/${id}`, `jinaai/${id}`],
  huggingFaceId: `jinaai/${id}`,
});

export const COMMON_OPTIONS: readonly EmbeddingOption[] = ['normalized', 'truncate'];

/** The usual graph, `onnx/model…`. */
export const modelGraph = (
  megabytes: Partial<Record<Dtype, number>>,
  use: Record<Target, Dtype | null>,
  externalData?: readonly Dtype[],
): GraphFiles => ({ name: 'model', megabytes, use, externalData });
