export type { ApiKeys } from './auth.ts';
export { errorBody } from './errors.ts';
export { createHandler, type FetchHandler, type HandlerOptions } from './handler.ts';
