export type { Budget, Tier } from './budget.ts';
export type { Clock } from './clock.ts';
export type { RemoteOptions } from './options.ts';
export { createRemote, RemoteFoundation } from './remote.ts';
export type { ApiKey } from './transport.ts';
