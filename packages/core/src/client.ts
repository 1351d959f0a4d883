import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';
import type { ModelDescription, SourceDescription } from './boundary/protocol.ts';
import { baseAddress } from './environment.ts';
import { EngineClient } from './foundation/engine-client.ts';
import { EngineFoundation } from './foundation/foundation.ts';
import type { LocalFoundation } from './foundation/local-foundation.ts';
import type { CustomModel, LocalOptions } from './foundation/options.ts';
import { DeviceRouter } from './host/device-router.ts';
import { WorkerHost } from './host/worker-host.ts';
import { wayOf } from './models/own-model.ts';
import { isHubId, isUnmarkedFolder, unmarkedFolder } from './models/source-text.ts';

/**
 * A search foundation that computes inside this page, in a Web Worker. The worker starts with the first call
 * (or `load()`), downloads the model once and keeps it in IndexedDB. It can be made anywhere, also while a page is rendered
 * on a server, and in a dedicated worker; only where there are no workers its calls reject with NOT_SUPPORTED.
 *
 * @example
 * const foundation = createLocal();
 * const { data } = await foundation.embeddings({ model: 'jina-embeddings-v2-small-en', input: 'hello' });
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED for a model without a usable source.
 */
export function createLocal(options: LocalOptions = {}): LocalFoundation {
  const models = (options.models ?? []).map(describeModel);
  const { device = 'auto' } = options;
  const hostOptions = {
    workerUrl: options.workerUrl,
    wasmPaths: options.wasmPaths,
    shared: options.shared ?? false,
    keepAlive: options.keepAlive,
    unresponsiveAfter: options.unresponsiveAfter ?? 20_000,
    start: {
      threads: options.threads,
      models,
      dtype: options.dtype,
      batchInvariant: options.batchInvariant,
      cache: options.cache ?? ('indexeddb' as const),
      hub: options.hub ?? {},
      evict: options.evict,
      classifierLimits: options.classifierLimits,
    },
  };
  const backend =
    device === 'auto'
      ? new DeviceRouter(hostOptions)
      : new WorkerHost({ ...hostOptions, device, resumeBatches: true });
  return new EngineFoundation(new EngineClient(backend, models), options.reader);
}

function describeModel(model: CustomModel): ModelDescription {
  const { id, source, dtypes } = model;
  return { id, ...wayOf(model), source: describeSource(id, source), dtypes };
}

function describeSource(id: string, source: CustomModel['source']): SourceDescription {
  if (source instanceof URL) return { kind: 'url', url: withSlash(source.href) };
  if (typeof source !== 'string') {
    // A FileList is iterable, like an array or a Set of files.
    if (source && (Symbol.iterator in source || 'length' in source)) {
      return { kind: 'files', files: Array.from(source) };
    }
    throw noSource(id, String(source));
  }
  if (isHubId(source)) return { kind: 'hub', id: source };
  if (isUnmarkedFolder(source)) {
    throw unmarkedFolder(id, source, `A folder of the site begins with a slash or a dot: '/${source}/'.`);
  }
  const base = baseAddress();
  // On a server nothing is loaded from there.
  if (base === undefined) return { kind: 'url', url: source };
  try {
    return { kind: 'url', url: withSlash(new URL(source, base).href) };
  } catch (cause) {
    throw noSource(id, source, cause);
  }
}

const noSource = (id: string, source: string, cause?: unknown): FoundationError =>
  new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `The source of model ${id} is neither a URL, nor a hub id (owner/name), nor files: ${shortened(source)}.`,
    param: 'models',
    cause,
  });

const withSlash = (url: string): string => (url.endsWith('/') ? url : `${url}/`);
