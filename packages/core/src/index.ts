export { createLocal } from './client.ts';
export type { LocalFoundation, LocalStorage } from './local-foundation.ts';
export type { CustomModel, CustomModelSource, LocalOptions } from './options.ts';
export type { ModelUsage } from './store/types.ts';
export type { ClassifierLimits } from './tasks/classifiers/classifiers.ts';
export type { HubOptions } from './worker/protocol.ts';
