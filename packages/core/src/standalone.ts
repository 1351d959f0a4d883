/**
 * Everything for pages without a bundler in one file: `createLocal()`, and the helpers and types of `@nearfield/spec`.
 * Built with its dependencies inside, it needs no import map.
 */

export * from '@nearfield/spec';
export * from './index.ts';
