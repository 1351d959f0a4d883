/** What helps to choose among models: order, languages, how they would run on this device. */
import { type DeviceReport, findModel } from '@nearfield/spec';
import { downloadMegabytes } from '../shell/model-choices.ts';
import type { Words } from '../words/en.ts';
import type { ListedModel } from './listed-model.ts';

export type SortBy = 'recommended' | 'size' | 'name' | 'released';

type Recommended = keyof Words['models']['recommendedFor'];

/** Models for whoever does not know yet; why is in the texts of the interface. */
const RECOMMENDED: readonly Recommended[] = [
  'all-MiniLM-L6-v2',
  'minilm-reranker',
  'icon-clip',
  'jina-embeddings-v2-base-de',
  'jina-embeddings-v5-text-nano',
];

export const isRecommended = (id: string): id is Recommended => RECOMMENDED.some((each) => each === id);

const idOf = ({ info, facts }: ListedModel): string => facts?.id ?? info.id;

/** Languages of a model, as its card names them. */
export const languagesOf = (id: string): string | undefined => findModel(id)?.languages;

/** Models in an order. Recommended ones come first among those that run here, and what does not run comes last. */
export function sortedModels(
  models: readonly ListedModel[],
  by: SortBy,
  device: DeviceReport | undefined,
): ListedModel[] {
  const size = (model: ListedModel): number =>
    downloadMegabytes(idOf(model), device) ?? Number.POSITIVE_INFINITY;
  const runs = ({ facts }: ListedModel): number => (facts?.local.runs ? 0 : 1);
  const place = (model: ListedModel): number => {
    const at = RECOMMENDED.indexOf(idOf(model) as Recommended);
    return at < 0 ? RECOMMENDED.length : at;
  };
  const compare: Record<SortBy, (a: ListedModel, b: ListedModel) => number> = {
    recommended: (a, b) => runs(a) - runs(b) || place(a) - place(b),
    size: (a, b) => compareNumbers(size(a), size(b)),
    name: (a, b) => idOf(a).localeCompare(idOf(b), 'en', { numeric: true }),
    released: (a, b) => b.info.created - a.info.created,
  };
  return [...models].sort(compare[by]);
}

/** Two numbers that may both be infinite. */
const compareNumbers = (a: number, b: number): number => (a === b ? 0 : a - b);

/** Where a model would compute on a device; undefined where it does not run in a browser. */
export function targetOf(id: string, device: DeviceReport | undefined): 'webgpu' | 'wasm' | undefined {
  const { local } = findModel(id) ?? {};
  if (!local?.runs) return undefined;
  if (device?.device !== 'webgpu') return 'wasm';
  const target = device.f16 ? 'webgpu-f16' : 'webgpu';
  const graphs = local.files.flatMap((files) => files.graphs);
  return graphs.every(({ use }) => use[target] !== null) ? 'webgpu' : 'wasm';
}

const LICENCE_TEXTS: Readonly<Record<string, string>> = {
  'Apache-2.0': 'https://www.apache.org/licenses/LICENSE-2.0',
  'CC-BY-NC-4.0': 'https://creativecommons.org/licenses/by-nc/4.0/legalcode',
};

/** Where more is to be read of a model; undefined where nothing is. */
export function linksOf({ info, facts }: ListedModel) {
  const { local, licence, commercialUse } = facts ?? {};
  const isOnHub = local?.runs
    ? local.sources.some(({ repository }) => repository !== null)
    : commercialUse !== undefined && commercialUse.answer !== 'unknown';
  return {
    card: isOnHub && info.hugging_face_id ? `https://huggingface.co/${info.hugging_face_id}` : undefined,
    licence: licence === undefined ? undefined : LICENCE_TEXTS[licence],
    ask: commercialUse?.answer === 'licence-needed' ? 'https://jina.ai/contact-sales' : undefined,
  };
}
