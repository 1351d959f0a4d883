/** Models and tables of the search commands. */
import { fileURLToPath } from 'node:url';
import type { QueryTable } from '@nearfield/search/build';
import { readQueryTableFolder } from '@nearfield/search/node';
import { FoundationError, findModel, type SearchFoundation } from '@nearfield/spec';
import { createEngine, modelOption } from '../engine.ts';

/** Options of every search command that may need a model. */
export const MODEL_OPTIONS = {
  model: { type: 'string' as const, multiple: true as const, default: [] as string[] },
  'data-dir': { type: 'string' as const },
  remote: { type: 'string' as const },
  help: { type: 'boolean' as const, short: 'h', default: false },
};

/** The same, as a usage message has them. */
export const MODEL_USAGE = `  --model ID=SOURCE         a model from a directory, a URL or a hub id (repeatable)
  --data-dir DIRECTORY      directory of models
  --remote URL              models of a server instead, such as https://api.jina.ai; its key is in JINA_API_KEY
  --help                    this text`;

export interface ModelValues {
  readonly model: readonly string[];
  readonly 'data-dir'?: string | undefined;
  readonly remote?: string | undefined;
}

/** The models that the options name: this process's own, or a server's. Loaded when first needed. */
export async function foundationOf(values: ModelValues): Promise<SearchFoundation> {
  const models = values.model.map(modelOption);
  if (values.remote === undefined) return createEngine({ models, dataDirectory: values['data-dir'] });
  const { createRemote } = await import('@nearfield/remote');
  const apiKey = process.env.JINA_API_KEY;
  return createRemote({ baseUrl: values.remote, ...(apiKey === undefined ? {} : { apiKey }) });
}

const TABLE_PACKAGE = '@nearfield/model-minilm-query-table';

/**
 * The query table of a folder; without one that of {@link TABLE_PACKAGE}, if it is installed and imitates the model.
 * `none` is none.
 */
export async function tableOf(folder: string | undefined, model: string): Promise<QueryTable | undefined> {
  if (folder === 'none') return undefined;
  if (folder !== undefined) return readQueryTableFolder(folder);
  let installed: string;
  try {
    installed = fileURLToPath(new URL('model', import.meta.resolve(`${TABLE_PACKAGE}/package.json`)));
  } catch {
    return undefined;
  }
  const table = await readQueryTableFolder(installed);
  const id = (name: string): string => findModel(name)?.id ?? name;
  return id(table.model) === id(model) ? table : undefined;
}

/** An argument that is missing or too much: exit code 2, with the command's usage. */
export class UsageError extends Error {}

/** A positive whole number of an option. */
export function countOf(name: string, value: string): number {
  if (/^[1-9]\d{0,6}$/.test(value)) return Number(value);
  throw new UsageError(`--${name} takes a whole number, 1 or more; it was given "${value}".`);
}

/** `name=value` of an option that may be repeated, by name. */
export function pairsOf(name: string, values: readonly string[]): Record<string, string[]> {
  const pairs: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (const value of values) {
    const [, key, rest] = /^([^=]+)=(.+)$/.exec(value) ?? [];
    if (key === undefined || rest === undefined) {
      throw new UsageError(`--${name} takes NAME=VALUE; it was given "${value}".`);
    }
    pairs[key] = [...(pairs[key] ?? []), rest];
  }
  return pairs;
}

/** What a failure looks like to the person who typed the command. */
export const messageOf = (error: unknown): string =>
  FoundationError.isInstance(error)
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
