export type { Budget, Tier } from './budget.ts';
export type { Clock } from './clock.ts';
export { createRemote, RemoteFoundation, type RemoteOptions } from './remote.ts';
export type { ApiKey } from './transport.ts';
