/** A project as one file: classes, examples, pictures, vectors, head, thresholds, and the model that gave the vectors. */
import { base64ToVector, type ExportedClassifier, FoundationError } from '@nearfield/spec';
import {
  base64ToBytes,
  bytesToBase64,
  ExportedClassifierSchema,
  vectorToBase64,
} from '@nearfield/spec/implement';
import * as v from 'valibot';
import type { Project } from './project.ts';
import type { Vectors } from './vectors.ts';

const FORMAT = 'nearfield-teach-project';
const VERSION = 1;

/** The end of the names of project files. */
export const PROJECT_ENDING = '.teach.json';

const id = v.pipe(v.string(), v.regex(/^[\w-]{1,100}$/u, 'is no id'));

const ProjectSchema = v.object({
  id,
  name: v.string(),
  kind: v.picklist(['texts', 'pictures']),
  models: v.object({ local: v.string(), remote: v.string() }),
  classes: v.array(v.object({ id, name: v.pipe(v.string(), v.nonEmpty()) })),
  items: v.array(v.object({ id, text: v.string(), classId: v.optional(id), sure: v.optional(v.boolean()) })),
  refuse: v.pipe(v.number(), v.minValue(0), v.maxValue(0.5)),
});

const FileSchema = v.object({
  format: v.literal(FORMAT),
  version: v.literal(VERSION),
  project: ProjectSchema,
  /** Pictures as base64 by the ids of their items. */
  pictures: v.record(v.string(), v.object({ type: v.string(), data: v.string() })),
  model: v.object({ space: v.string(), dimensions: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  /** Vectors as base64 of little-endian float32, by what they are of. */
  vectors: v.record(v.string(), v.string()),
  /** The cosine with the nearest example below which an item is none of the classes. */
  threshold: v.optional(v.number()),
  head: v.optional(ExportedClassifierSchema),
});

/** What a project file holds. */
export interface ProjectFile {
  project: Project;
  pictures: ReadonlyMap<string, Blob>;
  vectors: Vectors;
  head?: ExportedClassifier | undefined;
  threshold?: number | undefined;
}

/** Writes a project file. */
export async function writeProject({
  project,
  pictures,
  vectors,
  head,
  threshold,
}: ProjectFile): Promise<Blob> {
  const encoded: Record<string, { type: string; data: string }> = {};
  for (const { id: item } of project.items) {
    const picture = pictures.get(item);
    if (picture)
      encoded[item] = {
        type: picture.type,
        data: bytesToBase64(new Uint8Array(await picture.arrayBuffer())),
      };
  }
  const content = {
    format: FORMAT,
    version: VERSION,
    project: {
      ...project,
      classes: [...project.classes],
      items: [...project.items],
    },
    pictures: encoded,
    model: { space: vectors.space, dimensions: [...vectors.of.values()][0]?.length ?? 0 },
    vectors: Object.fromEntries([...vectors.of].map(([key, vector]) => [key, vectorToBase64(vector)])),
    ...(threshold !== undefined && { threshold }),
    ...(head && { head }),
  };
  return new Blob([JSON.stringify(content)], { type: 'application/json' });
}

const refused = (name: string, reason: string, cause?: unknown): FoundationError =>
  new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `${name} ${reason}`,
    ...(cause !== undefined && { cause }),
  });

/**
 * Reads a project file. Everything in it is checked; whether its vectors are the model's own is for
 * `areOfModel` to find out.
 * @throws FoundationError INPUT_VALIDATION_FAILED, with the file's name and what does not fit
 */
export function readProject(name: string, text: string): ProjectFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refused(name, 'is not JSON. Choose a project that was saved on this page.', cause);
  }
  const { format, version } = (value ?? {}) as { format?: unknown; version?: unknown };
  if (format !== FORMAT)
    throw refused(name, 'is no project of this page. Choose a file that ends in .teach.json.');
  if (typeof version === 'number' && version > VERSION)
    throw refused(name, 'was saved by a newer version of this page. Reload the page and open it again.');
  const parsed = v.safeParse(FileSchema, value);
  if (!parsed.success) {
    const path = v.getDotPath(parsed.issues[0]) ?? 'it';
    throw refused(name, `is damaged: ${path} is not as a project has it. Open another copy of it.`);
  }
  const { project, pictures: encoded, vectors: numbers, model, head, threshold } = parsed.output;
  const classIds = new Set(project.classes.map((each) => each.id));
  const ids = [...project.classes, ...project.items].map((each) => each.id);
  if (new Set(ids).size !== ids.length) throw refused(name, 'is damaged: an id occurs twice.');
  const astray = project.items.find(({ classId }) => classId !== undefined && !classIds.has(classId));
  if (astray) throw refused(name, `is damaged: “${astray.text.slice(0, 40)}” has a class that is not in it.`);
  const pictures = new Map<string, Blob>();
  for (const item of project.kind === 'pictures' ? project.items : []) {
    const picture = Object.hasOwn(encoded, item.id) ? encoded[item.id] : undefined;
    if (!picture?.type.startsWith('image/'))
      throw refused(name, `is damaged: the picture ${item.text} is missing.`);
    pictures.set(item.id, pictureOf(name, item.text, picture));
  }
  const { dimensions, space } = model;
  const of = new Map<string, Float32Array>();
  for (const [key, data] of Object.entries(numbers)) {
    const vector = vectorIn(data);
    if (!vector || vector.length !== dimensions || !vector.every(Number.isFinite))
      throw refused(name, 'is damaged: a vector is not as long as the others, or not finite.');
    of.set(key, vector);
  }
  const items = project.items.map(({ id: itemId, text: itemText, classId, sure }) => ({
    id: itemId,
    text: itemText,
    classId,
    ...(sure && { sure }),
  }));
  return { project: { ...project, items }, pictures, vectors: { space, of }, head, threshold };
}

function pictureOf(name: string, item: string, { type, data }: { type: string; data: string }): Blob {
  try {
    return new Blob([base64ToBytes(data)], { type });
  } catch (cause) {
    throw refused(name, `is damaged: the picture ${item} cannot be read.`, cause);
  }
}

function vectorIn(data: string): Float32Array | undefined {
  try {
    return base64ToVector(data);
  } catch {
    return undefined;
  }
}
