import type { Command } from '../command.ts';

/**
 * The verbs of `nearfield`, in the order of `nearfield --help`. One file each, loaded when it is needed: a verb does
 * not wait for what others import.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  api: async () => (await import('./api.ts')).api,
  index: async () => (await import('./build-index.ts')).index,
  search: async () => (await import('./search.ts')).search,
  eval: async () => (await import('./eval.ts')).evaluateIndex,
  copy: async () => (await import('./copy.ts')).copy,
  serve: async () => (await import('./serve.ts')).serve,
};
