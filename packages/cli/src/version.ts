import { createRequire } from 'node:module';

/** Version of the command. Its package is found by its name, from the sources and from what is built of them. */
export const ownVersion = (): string =>
  (createRequire(import.meta.url)('@nearfield/cli/package.json') as { version: string }).version;
