export type { ApiKeys } from './auth.ts';
export { createHandler, type FetchHandler, type HandlerOptions } from './handler.ts';
