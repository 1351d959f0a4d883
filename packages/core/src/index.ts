export { createLocal } from './client.ts';
export type { ExportedModelFile, LocalFoundation, LocalStorage } from './local-foundation.ts';
export type { CustomModel, CustomModelSource, LocalHubOptions, LocalOptions } from './options.ts';
export type { ModelUsage } from './store/types.ts';
export type { ClassifierLimits } from './tasks/classifiers/classifiers.ts';
export type { HubOptions } from './worker/protocol.ts';
