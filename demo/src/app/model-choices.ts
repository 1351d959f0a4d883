import {
  CATALOGUE,
  type DeviceReport,
  type Dtype,
  type Endpoint,
  findModel,
  type Modality,
  type ModelEntry,
} from '@nearfield/spec';

/** The embedder that is served beside the page. */
export const EMBEDDED_MODEL = 'all-MiniLM-L6-v2';

/** All models that are served beside the page. */
export const SERVED_MODELS: readonly string[] = [EMBEDDED_MODEL, 'minilm-reranker', 'icon-clip'];

/** Of these, the ones that are served in two precisions only. */
const SERVED_AS_Q8_OR_FP16: readonly string[] = [EMBEDDED_MODEL, 'minilm-reranker'];

/** The hosted model that Remote starts with. */
export const REMOTE_MODEL = 'jina-embeddings-v5-text-small';

const embedsText = ({ kind, endpoints, modalities }: ModelEntry): boolean =>
  kind === 'embedding' && endpoints.includes('embeddings') && modalities.includes('text');

/** Those of a local engine's models that turn texts into vectors. Ids outside the catalogue stay. */
export const localChoices = (ids: readonly string[]): string[] =>
  ids.filter((id) => {
    const entry = findModel(id);
    return !entry || embedsText(entry);
  });

/** Hosted models that turn texts into vectors. */
export const hostedChoices = (): string[] =>
  CATALOGUE.filter((entry) => entry.hosted && embedsText(entry)).map(({ id }) => id);

/** What a page asks of a model. */
export interface ModelNeed {
  endpoint: Endpoint;
  modality?: Modality | undefined;
}

const suits = (entry: ModelEntry, { endpoint, modality }: ModelNeed): boolean =>
  entry.endpoints.includes(endpoint) && (!modality || entry.modalities.includes(modality));

/** Those of a local engine's models that suit, the ones beside the page first. Ids outside the catalogue stay. */
export function localModelsFor(need: ModelNeed, ids: readonly string[]): string[] {
  const suitable = ids.filter((id) => {
    const entry = findModel(id);
    return !entry || suits(entry, need);
  });
  const served = (id: string): number => (SERVED_MODELS.includes(id) ? 0 : 1);
  return suitable.toSorted((a, b) => served(a) - served(b));
}

/** Hosted models that suit. */
export const hostedModelsFor = (need: ModelNeed): string[] =>
  CATALOGUE.filter((entry) => entry.hosted && suits(entry, need)).map(({ id }) => id);

/** Megabytes that a local engine downloads for a model on a device; undefined where that is not known. */
export function downloadMegabytes(model: string, device: DeviceReport | undefined): number | undefined {
  const entry = findModel(model);
  if (!entry?.local.runs) return undefined;
  const gpu = device?.device === 'webgpu';
  const embedded: Dtype | undefined = SERVED_AS_Q8_OR_FP16.includes(entry.id)
    ? gpu && device.f16
      ? 'fp16'
      : 'q8'
    : undefined;
  const target = gpu ? (device.f16 ? 'webgpu-f16' : 'webgpu') : 'wasm';
  const files = entry.local.files.find(
    ({ tasks }) => !tasks || tasks.some((task) => task.startsWith('retrieval')),
  );
  const sizes = files?.graphs.map(({ megabytes, use }) => {
    const dtype = embedded ?? use[target] ?? use.wasm;
    return dtype ? megabytes[dtype] : undefined;
  });
  return sizes?.reduce((sum, size) => (sum === undefined || size === undefined ? undefined : sum + size), 0);
}

/** `33 MB`, or nothing where the size is not known. */
export const megabytesText = (megabytes: number | undefined): string =>
  megabytes === undefined ? '' : `${Math.round(megabytes)} MB`;
