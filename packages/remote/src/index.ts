export { createRemote, RemoteFoundation, type RemoteOptions } from './remote.ts';
export type { ApiKey } from './transport.ts';
