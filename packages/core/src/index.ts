export type { HubOptions } from './boundary/protocol.ts';
export { createLocal } from './client.ts';
export type { ExportedModelFile, LocalFoundation, LocalStorage } from './foundation/local-foundation.ts';
export type { CustomModel, CustomModelSource, LocalHubOptions, LocalOptions } from './foundation/options.ts';
export type { ModelUsage } from './store/types.ts';
export type { ClassifierLimits } from './tasks/classify/classifiers.ts';
