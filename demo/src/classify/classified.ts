import type { Classification, ClassifyResponse, LabelScore } from '@nearfield/spec';
import type { Answered } from '../shell/page-state.ts';

/** What a classification gave, and how. */
export interface Classified<Item> extends Answered {
  items: readonly { item: Item; prediction: string; predictions: readonly LabelScore[] }[];
  /** Milliseconds, the loading of the model left out. */
  took: number;
  tokens: number;
}

/** The items of a request with what the response says of each. */
export function classified<Item>(
  input: readonly Item[],
  { data, usage }: ClassifyResponse<Classification>,
): Pick<Classified<Item>, 'items' | 'tokens'> {
  return {
    items: data.map(({ index, prediction, predictions }) => ({
      item: input[index]!,
      prediction,
      predictions,
    })),
    tokens: usage.total_tokens,
  };
}
