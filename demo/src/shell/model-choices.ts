import {
  CATALOGUE,
  type DeviceReport,
  type Dtype,
  type Endpoint,
  findModel,
  type Modality,
  type ModelEntry,
  type ModelFacts,
  type ModelInfo,
  modelFacts,
} from '@nearfield/spec';
import { libraryWords, words } from '../words/language.ts';
import { formatCount } from './format.ts';

/** The embedder that is served beside the page. */
export const EMBEDDED_MODEL = 'all-MiniLM-L6-v2';

/** All models that are served beside the page. */
export const SERVED_MODELS: readonly string[] = [EMBEDDED_MODEL, 'minilm-reranker', 'icon-clip'];

/** Of these, the ones that are served in two precisions only. */
const SERVED_AS_Q8_OR_FP16: readonly string[] = [EMBEDDED_MODEL, 'minilm-reranker'];

/** The hosted model that Remote starts with. */
export const REMOTE_MODEL = 'jina-embeddings-v5-text-small';

/** What a page asks of a model. */
export interface ModelNeed {
  endpoint: Endpoint;
  modality?: Modality | undefined;
  kind?: ModelEntry['kind'] | undefined;
}

const suits = (entry: ModelEntry, { endpoint, modality, kind }: ModelNeed): boolean =>
  entry.endpoints.includes(endpoint) &&
  (!modality || entry.modalities.includes(modality)) &&
  (!kind || entry.kind === kind);

/** What searching asks of a model: texts as single vectors. */
export const SEARCH_NEED: ModelNeed = { endpoint: 'embeddings', modality: 'text', kind: 'embedding' };

/** Those of a local engine's models that turn texts into vectors. Ids outside the catalogue stay. */
export const localChoices = (ids: readonly string[]): string[] =>
  ids.filter((id) => {
    const entry = findModel(id);
    return !entry || suits(entry, SEARCH_NEED);
  });

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
const hostedModelsFor = (need: ModelNeed): string[] =>
  CATALOGUE.filter((entry) => entry.hosted && suits(entry, need)).map(({ id }) => id);

/** A model in the list of a server, with the catalogue's facts where the server tells none. */
export function factsOf(info: ModelInfo): ModelFacts | undefined {
  const entry = info.nearfield ? undefined : findModel(info.id);
  return info.nearfield ?? (entry && modelFacts(entry));
}

/**
 * Whether a server answers for a model that it lists. A Nearfield server lists the whole catalogue, and its facts say
 * which of it an engine can run; any other server lists what it has.
 */
export const answersFor = ({ nearfield }: ModelInfo): boolean => !nearfield || nearfield.local.runs;

/** Models of Remote that suit: those that its server answers for, or the hosted ones while it was not asked. */
export function remoteModelsFor(need: ModelNeed, listed: readonly ModelInfo[] | undefined): string[] {
  if (!listed) return hostedModelsFor(need);
  return listed.flatMap((info) => {
    const facts = factsOf(info);
    const entry = findModel(facts?.id ?? info.id);
    if (!answersFor(info) || (entry && !suits(entry, need))) return [];
    return [facts?.id ?? info.id];
  });
}

/** What to know of a model of Remote before it is asked for; undefined where there is nothing to say. */
export function remoteChoice(
  model: string,
  listed: readonly ModelInfo[] | undefined,
  place: string,
): string | undefined {
  if (!listed || model === '') return undefined;
  const id = findModel(model)?.id ?? model;
  const info = listed.find((each) => (factsOf(each)?.id ?? each.id) === id);
  const said = words().elements;
  if (!info) return said.noSuchModelAt(model, place);
  if (answersFor(info)) return undefined;
  const { local } = info.nearfield!;
  const reason = local.runs ? '' : ` ${libraryWords(local.reason) ?? local.reason}`;
  const instead = !local.runs && local.instead ? ` ${said.instead(local.instead)}` : '';
  return said.doesNotRun(id, place, reason) + instead;
}

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
  megabytes === undefined ? '' : `${formatCount(Math.round(megabytes))} MB`;
