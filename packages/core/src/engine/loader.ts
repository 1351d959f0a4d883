import { type Dtype, FoundationError, type LoadedModel, type ProgressEvent } from '@nearfield/spec';
import { graphPath } from '../families/family.ts';
import type { FileRequest, ModelStore, StoredFile } from '../store/types.ts';
import { TextTokenizer } from '../text/tokenizer.ts';
import type { BatchBudget } from './batch-plan.ts';
import { TextEncoder } from './encoder.ts';
import type { ModelDefinition } from './models.ts';
import type { Runtime } from './runtime.ts';

/** A text encoder that is ready: tokenizer, session and what is known of them. */
export interface ReadyEncoder {
  readonly definition: ModelDefinition;
  readonly tokenizer: TextTokenizer;
  readonly encoder: TextEncoder;
  readonly info: LoadedModel;
}

const TOKENIZER_FILES: FileRequest[] = [
  { path: 'config.json' },
  { path: 'tokenizer.json' },
  { path: 'tokenizer_config.json' },
];

interface ModelConfig {
  hidden_size?: number;
  max_position_embeddings?: number;
}

/** Precisions to try, best first, and why this order. */
function candidates(definition: ModelDefinition, runtime: Runtime): { dtypes: Dtype[]; reason: string } {
  if (definition.dtype) return { dtypes: [definition.dtype], reason: 'asked for by the dtype option' };
  const known = definition.dtypes;
  const dtypes = runtime.dtypes.filter((dtype) => !known || known.includes(dtype));
  return {
    dtypes,
    reason: `first of ${runtime.dtypes.join(', ')} (best for ${runtime.device}) that the model has`,
  };
}

/** Opens the model's files with the first precision that the source has. */
async function openFiles(
  definition: ModelDefinition,
  runtime: Runtime,
  store: ModelStore,
  signal: AbortSignal,
  emit: (event: ProgressEvent) => void,
): Promise<{ files: Map<string, StoredFile>; graph: StoredFile; dtype: Dtype; reason: string }> {
  const { dtypes, reason } = candidates(definition, runtime);
  const graphOf = (dtype: Dtype): string => graphPath(dtype);
  const requests = (dtype: Dtype): FileRequest[] => [...TOKENIZER_FILES, { path: graphOf(dtype) }];
  let missing: unknown;
  for (const dtype of await cachedFirst(definition, store, dtypes, requests)) {
    try {
      const files = await store.open(definition.id, definition.source, requests(dtype), {
        signal,
        onProgress: (progress) =>
          emit({
            type: 'model-progress',
            model: definition.id,
            loaded: progress.reduce((sum, file) => sum + file.loaded, 0),
            total: progress.reduce((sum, file) => sum + file.total, 0),
            fromCache: progress.every(({ state }) => state === 'from-cache' || state === 'done'),
            files: progress,
          }),
      });
      return { files, graph: files.get(graphOf(dtype))!, dtype, reason };
    } catch (error) {
      const notThere =
        FoundationError.isInstance(error) && error.code === 'DOWNLOAD_FAILED' && error.status === 404;
      if (!notThere || error.param !== graphOf(dtype)) throw error;
      missing ??= error;
    }
  }
  throw new FoundationError({
    code: 'MODEL_INVALID',
    message: `${definition.id} has no graph that ${runtime.device} can run: looked for ${dtypes.map(graphOf).join(', ')} at ${definition.source.key}. Name one that exists with the dtype option.`,
    cause: missing,
  });
}

/** A precision whose files are complete in the cache needs no network, so it is tried first. */
async function cachedFirst(
  definition: ModelDefinition,
  store: ModelStore,
  dtypes: readonly Dtype[],
  requests: (dtype: Dtype) => FileRequest[],
): Promise<readonly Dtype[]> {
  if (definition.dtypes || dtypes.length < 2) return dtypes;
  for (const dtype of dtypes) {
    if (await store.has(definition.id, definition.source, requests(dtype))) {
      return [dtype, ...dtypes.filter((other) => other !== dtype)];
    }
  }
  return dtypes;
}

/**
 * Loads a text encoder: files, tokenizer, session.
 * @throws FoundationError of the store (DOWNLOAD_FAILED, …), MODEL_INVALID, OUT_OF_MEMORY, DEVICE_LOST.
 */
export async function loadEncoder(
  definition: ModelDefinition,
  runtime: Runtime,
  store: ModelStore,
  { budget, batchInvariant }: { budget: BatchBudget; batchInvariant: boolean },
  signal: AbortSignal,
  emit: (event: ProgressEvent) => void,
): Promise<ReadyEncoder> {
  const { files, graph, dtype, reason } = await openFiles(definition, runtime, store, signal, emit);
  const [configText, tokenizerText, tokenizerConfigText] = await Promise.all(
    TOKENIZER_FILES.map(({ path }) => files.get(path)!.text()),
  );
  signal.throwIfAborted();
  const state = (name: 'compiling' | 'ready'): void =>
    emit({ type: 'model-state', model: definition.id, state: name, device: runtime.device });
  state('compiling');
  const tokenizer = new TextTokenizer(tokenizerText!, tokenizerConfigText!);
  const config = JSON.parse(configText!) as ModelConfig;
  const encoder = await TextEncoder.create(runtime, {
    graph,
    pooling: definition.family.pooling,
    hiddenOutput: definition.family.hiddenOutput,
    padId: tokenizer.padId,
    batchInvariant,
    budget,
    signal,
  });
  state('ready');
  return {
    definition,
    tokenizer,
    encoder,
    info: {
      id: definition.id,
      device: runtime.device,
      dtype,
      reason,
      dimensions: config.hidden_size ?? 0,
      maxTokens: definition.maxTokens ?? tokenizer.maxLength ?? config.max_position_embeddings ?? 512,
      bytes: [...files.values()].reduce((sum, file) => sum + file.size, 0),
      batchInvariance: encoder.invariance,
    },
  };
}
