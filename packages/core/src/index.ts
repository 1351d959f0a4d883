export { createLocal } from './client.ts';
export { LocalFoundation, type LocalStorage, type ModelUsage } from './foundation.ts';
export type { CustomModel, CustomModelSource, LocalOptions } from './options.ts';
export type { HubOptions } from './worker/protocol.ts';
