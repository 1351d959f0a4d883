/** The foundation that a command's options name: this process's own engine, or a server's. */
import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { NodeModel } from '@nearfield/core/node';
import type { PostgresOptions } from '@nearfield/core/postgres';
import { FoundationError, findModel, type SearchFoundation } from '@nearfield/spec';
import { UsageError } from './command.ts';
import { EMBEDDER, embeddedModels, RERANKER } from './embedded.ts';
import { createEngine, modelOption } from './engine.ts';

/** Values of the options that `MODEL_OPTIONS` and `MODEL_CHOICE_OPTIONS` share. */
interface ServerValues {
  readonly 'data-dir'?: string | undefined;
  readonly remote?: boolean | undefined;
  readonly server?: string | undefined;
  readonly 'api-key'?: string | undefined;
  readonly local?: boolean | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The engine of this process, with the embedded models and those of `models`, or a server's. Nothing is loaded before
 * the first call.
 * @throws UsageError for options that contradict each other; FoundationError for a model without a source
 */
export async function foundationOf(
  {
    model = [],
    ...values
  }: ServerValues & {
    readonly model?: readonly string[] | undefined;
    readonly database?: PostgresOptions | undefined;
  },
  env: Environment,
): Promise<SearchFoundation> {
  return createFoundation(model.map(modelOption), values, env);
}

async function createFoundation(
  models: readonly NodeModel[],
  values: ServerValues & { readonly database?: PostgresOptions | undefined },
  env: Environment,
): Promise<SearchFoundation> {
  if (!callsServer(values)) {
    const own = new Set(models.map(({ id }) => id));
    const embedded = embeddedModels().filter(({ id }) => !own.has(id));
    const { database, 'data-dir': dataDirectory } = values;
    return createEngine({ models: [...embedded, ...models], dataDirectory, database });
  }
  const apiKey = values['api-key'] ?? (env.JINA_API_KEY || undefined);
  if (values.remote && apiKey === undefined) {
    throw new FoundationError({
      code: 'AUTH_MISSING_API_KEY',
      message:
        '--remote needs a key: set JINA_API_KEY, or give one with --api-key. Without --remote, models on this machine answer.',
    });
  }
  const { createRemote } = await import('@nearfield/remote');
  return createRemote({
    ...(values.server === undefined ? {} : { baseUrl: values.server }),
    ...(apiKey === undefined ? {} : { apiKey }),
    timeout: Number.POSITIVE_INFINITY,
  });
}

/** @throws UsageError for options that contradict each other */
function callsServer({ remote = false, server, local = false }: ServerValues): boolean {
  if (local && (remote || server !== undefined)) {
    throw new UsageError('--local computes here: leave out --remote and --server, or --local.');
  }
  if (remote && server !== undefined) throw new UsageError('Give --remote or --server, not both.');
  return remote || server !== undefined;
}

/** The model that a command works with, by what it does, where the command line names none. */
const DEFAULT_MODELS = {
  embed: { embedded: EMBEDDER, hosted: 'jina-embeddings-v5-text-small' },
  rerank: { embedded: RERANKER, hosted: 'jina-reranker-v3' },
} as const;

/** The id of the model for a purpose: an embedded one, or with `--remote` the one that Jina's own command takes. */
export const defaultModel = (
  purpose: keyof typeof DEFAULT_MODELS,
  { remote = false }: ServerValues,
): string => DEFAULT_MODELS[purpose][remote ? 'hosted' : 'embedded'];

/** A foundation, and the id under which it knows the model that was chosen. */
export interface ChosenModel {
  readonly foundation: SearchFoundation;
  readonly model: string;
  /** Origin of the model: a directory, an address, or the id for the catalogue's own source. */
  readonly origin: string;
}

/**
 * The model of `--model`, or the default one for a purpose: an embedded model here and at `--server`, the one that
 * Jina's own command takes with `--remote`.
 */
export async function chosenModel(
  purpose: keyof typeof DEFAULT_MODELS,
  { model, ...values }: ServerValues & { readonly model?: string | undefined },
  env: Environment,
): Promise<ChosenModel> {
  const isServer = callsServer(values);
  const name = model ?? defaultModel(purpose, values);
  const chosen: NodeModel | { id: string; source?: undefined } = isServer ? { id: name } : modelChoice(name);
  const models = chosen.source === undefined ? [] : [chosen];
  const place = isServer ? (values.server ?? 'remote') : chosen.source;
  const origin = place ?? embeddedModels().find(({ id }) => id === chosen.id)?.source ?? chosen.id;
  return {
    foundation: await createFoundation(models, values, env),
    model: chosen.id,
    origin: String(origin),
  };
}

/**
 * A model as `--model` names it: an id of the catalogue, a directory, a hub id, or `ID=SOURCE` and `ID=LIKE:SOURCE`.
 * A directory's name is the model's id, and so its recipe where the catalogue has it.
 */
export function modelChoice(text: string): NodeModel | { id: string; source?: undefined } {
  if (text.includes('=')) return modelOption(text);
  if (existsSync(text) && statSync(text).isDirectory()) return { id: basename(resolve(text)), source: text };
  if (findModel(text) === undefined && /^[\w.-]+\/[\w.-]+$/.test(text)) return { id: text, source: text };
  return { id: text };
}
