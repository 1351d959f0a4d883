/**
 * Requests as clients send them, made into requests as the contract has them. The engine refuses a field that it does
 * not know and a task that a model does not have, because it would answer another request than the one it was sent;
 * clients send both without their users' doing.
 */
import { findModel, type ModelFacts, type SearchFoundation } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';

export type Body = Record<string, unknown>;

/** Routes whose requests are accommodated. */
export type Accommodated =
  | 'embeddings'
  | 'multi-vector'
  | 'rerank'
  | 'classify'
  | 'train'
  | 'segment'
  | 'batch';

/** Facts of a model by any id that a request may have; undefined if it is not known. */
export type FactsOf = (
  id: string,
) => Promise<Pick<ModelFacts, 'tasks' | 'defaultTask' | 'family'> | undefined>;

/** A request that the foundation takes, and what was left out of it. */
export interface AccommodatedRequest {
  body: Body;
  warnings: string[];
}

/**
 * Fields that change nothing here, and the values for which that is true. Sources: the segmenter example of Jina's
 * documents (`api_key`), OpenAI's clients (`user`), Cohere's (`max_chunks_per_doc`, `rank_fields`), Voyage's
 * (`output_dtype`).
 */
const IDLE_FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  api_key: (value) => typeof value === 'string',
  user: (value) => typeof value === 'string',
  output_dtype: (value) => value === 'float',
  max_chunks_per_doc: Number.isInteger,
  rank_fields: (value) => Array.isArray(value) && value.every((field) => field === 'text'),
};

const ENDPOINTS_OF: Readonly<Record<string, readonly Accommodated[]>> = {
  user: ['rerank', 'classify', 'train', 'segment', 'batch'],
  output_dtype: ['embeddings', 'multi-vector', 'batch'],
  max_chunks_per_doc: ['rerank'],
  rank_fields: ['rerank'],
};

/** Kinds of input by the key that an object has. */
const DOCUMENT_KEYS = ['text', 'image', 'pdf', 'video', 'audio', 'content'];

/**
 * @param facts see {@link FactsOf}
 * @param reranker model of rerank requests that name none
 */
export async function accommodate(
  endpoint: Accommodated,
  request: Body,
  facts: FactsOf,
  reranker: () => Promise<string | undefined>,
): Promise<AccommodatedRequest> {
  const warnings: string[] = [];
  const body = withoutIdleFields(endpoint, request);
  if (endpoint === 'rerank' && body.model == null) body.model = (await reranker()) ?? body.model;
  if (endpoint === 'classify' && body.classifier_id != null) {
    // The classifier was trained with its model.
    delete body.model;
    if (Array.isArray(body.labels) && body.labels.length === 0) delete body.labels;
  }
  if (endpoint !== 'rerank' && endpoint !== 'segment' && endpoint !== 'batch') {
    for (const field of ['input', 'content', 'texts']) {
      if (field in body) body[field] = withImages(body[field]);
    }
  }
  if (endpoint === 'embeddings' || endpoint === 'multi-vector' || endpoint === 'batch') {
    const model = typeof body.model === 'string' ? await facts(body.model) : undefined;
    if (model) fitTask(body, model, endpoint !== 'batch', warnings);
  }
  return { body, warnings };
}

function withoutIdleFields(endpoint: Accommodated, request: Body): Body {
  return Object.fromEntries(
    Object.entries(request).filter(([name, value]) => {
      const isIdle = Object.hasOwn(IDLE_FIELDS, name) ? IDLE_FIELDS[name] : undefined;
      const endpoints = Object.hasOwn(ENDPOINTS_OF, name) ? ENDPOINTS_OF[name] : undefined;
      return !(isIdle?.(value) && (endpoints?.includes(endpoint) ?? true));
    }),
  );
}

/** `{ url }` and `{ bytes }` of the older API (0.0.89), which LlamaIndex sends, as `{ image }`. */
function withImages(input: unknown): unknown {
  return Array.isArray(input) ? input.map(withImage) : withImage(input);
}

function withImage(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  if (DOCUMENT_KEYS.some((key) => Object.hasOwn(item, key))) return item;
  for (const key of ['url', 'bytes']) {
    if (!Object.hasOwn(item, key)) continue;
    const { [key]: image, ...rest } = item as Body;
    return { ...rest, image };
  }
  return item;
}

type Facts = NonNullable<Awaited<ReturnType<FactsOf>>>;

/** Task and prompt of a request, as far as the model has them. */
function fitTask(
  body: Body,
  { tasks, defaultTask, family }: Facts,
  hasPromptName: boolean,
  warnings: string[],
): void {
  const field = body.task == null && body.task_type != null ? 'task_type' : 'task';
  const task = body[field];
  const hasRole = body.prompt_name != null || body.input_type != null;
  if (task == null) {
    // The hosted API uses base weights that no published graph has; Jina's local server this task.
    if (family === 'jina-v3' && defaultTask === null && !hasRole) body.task = 'text-matching';
    return;
  }
  if (typeof task !== 'string' || tasks.includes(task)) return;
  if (tasks.length === 0) {
    delete body[field];
    warnings.push(`${field} '${shortened(task)}' is ignored: the model has no tasks`);
    return;
  }
  const [, base, role] = /^(.*)\.(query|passage)$/.exec(task) ?? [];
  if (role === 'passage' && tasks.includes(`${base}.query`)) {
    delete body[field];
    warnings.push(`${field} '${shortened(task)}' is ignored: the model reads passages without a prompt`);
  } else if (hasPromptName && !hasRole && tasks.includes(`${task}.query`)) {
    body.prompt_name = 'query';
    warnings.push(
      `${field} '${shortened(task)}' is read as '${shortened(task)}.query': prompt_name names none`,
    );
  }
}

/** Ids whose facts are remembered. */
const REMEMBERED = 1000;

/**
 * Facts from the foundation, which is asked once for each id: another model may stand for one of the catalogue. The
 * catalogue knows those that it cannot describe yet.
 */
export function factsOf(foundation: SearchFoundation): FactsOf {
  const known = new Map<string, Promise<Facts | undefined>>();
  const catalogued = (id: string): Facts | undefined => {
    const entry = findModel(id);
    return entry && { tasks: Object.keys(entry.tasks), defaultTask: entry.defaultTask, family: entry.family };
  };
  return (id) => {
    let facts = known.get(id);
    if (!facts) {
      facts = foundation.models.get(id).then(
        ({ nearfield }) => nearfield ?? catalogued(id),
        () => undefined,
      );
      // A model whose files cannot be read yet may be readable next time.
      void facts.then((found) => found ?? known.delete(id));
      if (known.size >= REMEMBERED) known.clear();
      known.set(id, facts);
    }
    return facts.then((found) => found ?? catalogued(id));
  };
}
