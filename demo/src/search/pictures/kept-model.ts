import type { ModelNeed } from '../../shell/model-choices.ts';

/** What searching pictures by a text asks of a model: both as single vectors. */
export const PICTURE_NEED: ModelNeed = { endpoint: 'embeddings', modality: 'image' };

/** The model beside the page, which knows icons and drawings. */
export const ICON_MODEL = 'icon-clip';

/** Where the model that was chosen last is kept: the index of the pictures is of its vectors. */
const KEY = 'nearfield-picture-model';

export function keptModel(): string {
  try {
    return localStorage.getItem(KEY) ?? ICON_MODEL;
  } catch {
    // Storage is blocked.
    return ICON_MODEL;
  }
}

export function keepModel(model: string): void {
  try {
    localStorage.setItem(KEY, model);
  } catch {
    // Storage is blocked: the choice goes with the page.
  }
}
