/** Vectors of items and class names, each computed once. */
import type { CallOptions, SearchFoundation } from '@nearfield/spec';
import { findModel } from '@nearfield/spec';
import { cosine, namePrompt } from './head.ts';
import type { Item, Project } from './project.ts';

/** Vectors of one embedding space, by what they are of: {@link itemKey}, {@link nameKey}. */
export interface Vectors {
  /** The model and where it computes: vectors of another space mean nothing here. */
  space: string;
  of: Map<string, Float32Array>;
}

/** Items that are embedded in one request: what is lost where one is cancelled. */
const REQUEST = 64;

/** Vectors of the same model differ by its precision; those of another have nothing in common. */
const LEAST_COSINE = 0.97;

export const itemKey = ({ kind }: Pick<Project, 'kind'>, { id, text }: Item): string =>
  kind === 'texts' ? `text:${text}` : `picture:${id}`;

export const nameKey = (name: string): string => `name:${name}`;

/** What is embedded under a key. */
export type Content = { text: string } | { image: Blob };

/** What a project needs vectors of: names first, then examples, then the rest. */
export function contents(
  project: Project,
  model: string,
  pictures: ReadonlyMap<string, Blob>,
): Map<string, Content> {
  const wanted = new Map<string, Content>();
  for (const { name } of project.classes) wanted.set(nameKey(name), { text: namePrompt(model) + name });
  const examples = project.items.filter(({ classId }) => classId !== undefined);
  const others = project.items.filter(({ classId }) => classId === undefined);
  for (const item of [...examples, ...others]) {
    const picture = pictures.get(item.id);
    if (project.kind === 'texts') wanted.set(itemKey(project, item), { text: item.text });
    else if (picture) wanted.set(itemKey(project, item), { image: picture });
  }
  return wanted;
}

/**
 * Embeds contents as `/v1/classify` embeds inputs for a trained classifier: in the task `classification` if the model
 * has it. Long texts are cut off at what the model reads.
 */
export async function embedContents(
  foundation: SearchFoundation,
  model: string,
  input: readonly Content[],
  options: CallOptions,
): Promise<Float32Array[]> {
  const task = Object.hasOwn(findModel(model)?.tasks ?? {}, 'classification')
    ? ('classification' as const)
    : undefined;
  const cut = input.some((each) => 'text' in each) ? { truncate: true } : {};
  const { data } = await foundation.embeddings(
    { model, input: [...input], task, embedding_type: 'float', ...cut },
    options,
  );
  return data.map(({ embedding }) => embedding);
}

/**
 * Adds the vectors that are missing, so many at a time.
 * @param added called after each request
 */
export async function embedMissing(
  foundation: SearchFoundation,
  model: string,
  wanted: ReadonlyMap<string, Content>,
  vectors: Vectors,
  { added, ...options }: CallOptions & { added?: (done: number, total: number) => void },
): Promise<number> {
  const missing = [...wanted].filter(([key]) => !vectors.of.has(key));
  for (let start = 0; start < missing.length; start += REQUEST) {
    options.signal?.throwIfAborted();
    const part = missing.slice(start, start + REQUEST);
    const embedded = await embedContents(
      foundation,
      model,
      part.map(([, content]) => content),
      options,
    );
    part.forEach(([key], index) => {
      vectors.of.set(key, embedded[index]!);
    });
    added?.(Math.min(start + REQUEST, missing.length), missing.length);
  }
  return missing.length;
}

/**
 * Whether kept vectors are those of the model that is used now: two of them are computed again. They come from a file or
 * from an earlier visit, and the model of that name may be another one since.
 */
export async function areOfModel(
  foundation: SearchFoundation,
  model: string,
  wanted: ReadonlyMap<string, Content>,
  vectors: Vectors,
  options: CallOptions,
): Promise<boolean> {
  const kept = [...wanted].filter(([key]) => vectors.of.has(key));
  const probes = kept.length > 1 ? [kept[0]!, kept.at(-1)!] : kept;
  if (probes.length === 0) return true;
  const again = await embedContents(
    foundation,
    model,
    probes.map(([, content]) => content),
    options,
  );
  return probes.every(([key], index) => {
    const [before, now] = [vectors.of.get(key)!, again[index]!];
    return before.length === now.length && cosine(before, now) >= LEAST_COSINE;
  });
}
