export { type ApiKeys, checkedKeys } from './auth.ts';
export { errorBody } from './errors.ts';
export { createFetch, type FetchOptions } from './fetch.ts';
export {
  createHandler,
  type FetchHandler,
  type HandlerOptions,
  type Peer,
  type RequestLog,
} from './handler.ts';
export type { ServedAnswer, ServedIndex, ServedIndexes, ServedSearchOptions } from './indexes.ts';
export type { ReadUrlOptions, UrlReader } from './inline-images.ts';
export type { Limiter } from './limiter.ts';
export type { Webhook, WebhookStore } from './webhooks.ts';
