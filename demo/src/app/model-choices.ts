import { CATALOGUE, type DeviceReport, type Dtype, findModel, type ModelEntry } from '@nearfield/spec';

/** The model that is served beside the page. */
export const EMBEDDED_MODEL = 'all-MiniLM-L6-v2';

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

/** Megabytes that a local engine downloads for a model on a device; undefined where that is not known. */
export function downloadMegabytes(model: string, device: DeviceReport | undefined): number | undefined {
  const entry = findModel(model);
  if (!entry?.local.runs) return undefined;
  const gpu = device?.device === 'webgpu';
  // Only these two precisions of the embedded model are served beside the page.
  const embedded: Dtype | undefined =
    entry.id === EMBEDDED_MODEL ? (gpu && device.f16 ? 'fp16' : 'q8') : undefined;
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
