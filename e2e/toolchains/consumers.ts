/** Who builds with Nearfield: toolchains, the versions that are tried, and how each serves the page. */
import { BUNDLERS } from './bundlers.ts';
import type { Consumer } from './consumer.ts';
import { FRAMEWORKS } from './frameworks.ts';
import { HOSTS } from './hosts.ts';

export const CONSUMERS: readonly Consumer[] = [...BUNDLERS, ...FRAMEWORKS, ...HOSTS];
