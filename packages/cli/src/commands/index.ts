import type { Command } from '../command.ts';

/**
 * The verbs of `nearfield`, in the order of `nearfield --help`. One file each, loaded when it is needed: a verb does
 * not wait for what others import.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  embed: async () => (await import('./embed.ts')).embed,
  rerank: async () => (await import('./rerank.ts')).rerank,
  classify: async () => (await import('./classify.ts')).classify,
  classifiers: async () => (await import('./classifiers.ts')).classifiers,
  segment: async () => (await import('./segment.ts')).segment,
  dedup: async () => (await import('./dedup.ts')).dedup,
  grep: async () => (await import('./grep.ts')).grep,
  read: async () => (await import('./read.ts')).read,
  models: async () => (await import('./models.ts')).models,
  verify: async () => (await import('./verify.ts')).verify,
  api: async () => (await import('./api.ts')).api,
  index: async () => (await import('./build-index.ts')).index,
  search: async () => (await import('./search.ts')).search,
  eval: async () => (await import('./eval.ts')).evaluateIndex,
  table: async () => (await import('./table.ts')).table,
  copy: async () => (await import('./copy.ts')).copy,
  mcp: async () => (await import('./mcp.ts')).mcp,
  serve: async () => (await import('./serve.ts')).serve,
  proxy: async () => (await import('./proxy.ts')).proxy,
  completion: async () => (await import('./completion.ts')).completion,
};
