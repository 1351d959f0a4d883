export type { HubOptions, LocalHubOptions } from './boundary/hub-options.ts';
export { createLocal } from './client.ts';
export { isLocal, type LocalFoundation, type ModelFilesApi } from './foundation/local-foundation.ts';
export type { CustomModel, CustomModelSource, LocalOptions } from './foundation/options.ts';
export type { ModelRecipe } from './models/own-model.ts';
export type { Pooling } from './models/recipe.ts';
export type { ClassifierLimits } from './requests/classify.ts';
export type { ExportedModelFile, ModelUsage } from './store/types.ts';
