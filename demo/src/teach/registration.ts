/** What a registered classifier was taught, and what it has not seen yet. */
import { LIMITS, type TrainingItem } from '@nearfield/spec';
import type { Item, Project } from './project.ts';

/** A classifier that a project was registered as, and the examples that it learnt. */
export interface Registration {
  classifierId: string;
  /** Label of each example when it was sent, by the ids of the items. */
  taught: Readonly<Record<string, string>>;
}

/** Pictures of one request; each is some hundred kilobytes. */
const PICTURES = 64;

/** Names of the classes that items are examples of, by the ids of the items. */
function labelsOf({ classes, items }: Project): Map<string, string> {
  const names = new Map(classes.map(({ id, name }) => [id, name]));
  const labels = new Map<string, string>();
  for (const { id, classId } of items) {
    const name = classId === undefined ? undefined : names.get(classId);
    if (name !== undefined) labels.set(id, name);
  }
  return labels;
}

/** Examples that are new to a classifier, or have another label now; of one that nothing is known of, all. */
export function untaught(project: Project, registration: Registration | undefined): Item[] {
  const labels = labelsOf(project);
  return project.items.filter(({ id }) => labels.has(id) && registration?.taught[id] !== labels.get(id));
}

/**
 * How many examples a classifier was taught that are none any more, or have another label: `/v1/train` adds to what a
 * classifier knows, and takes nothing away.
 */
export function outdated(project: Project, { taught }: Registration): number {
  const labels = labelsOf(project);
  return Object.entries(taught).filter(([id, label]) => labels.get(id) !== label).length;
}

/** Examples of one request of `/v1/train`. */
export interface TrainingPart {
  items: readonly Item[];
  input: TrainingItem[];
}

/**
 * Examples as requests of `/v1/train`. Classes take turns: the first request of a classifier needs two of them.
 * Pictures that are not there are left out.
 */
export function trainingParts(
  project: Project,
  items: readonly Item[],
  pictures: ReadonlyMap<string, Blob>,
): TrainingPart[] {
  const labels = labelsOf(project);
  const classes = new Map<string, Item[]>();
  for (const item of items) {
    const label = labels.get(item.id);
    if (label === undefined || (project.kind === 'pictures' && !pictures.has(item.id))) continue;
    classes.set(label, [...(classes.get(label) ?? []), item]);
  }
  const groups = [...classes.values()];
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  const ordered = Array.from({ length: longest }, (_, turn) =>
    groups.flatMap((group) => group[turn] ?? []),
  ).flat();
  const size = project.kind === 'pictures' ? PICTURES : LIMITS.train.inputs;
  const parts: TrainingPart[] = [];
  for (let start = 0; start < ordered.length; start += size) {
    const part = ordered.slice(start, start + size);
    const input = part.map((item): TrainingItem => {
      const label = labels.get(item.id)!;
      const image = pictures.get(item.id);
      return project.kind === 'pictures' ? { label, image: image! } : { label, text: item.text };
    });
    parts.push({ items: part, input });
  }
  return parts;
}

/** A registration with examples that were taught besides. */
export const withTaught = (
  project: Project,
  classifierId: string,
  before: Registration | undefined,
  items: readonly Item[],
): Registration => {
  const labels = labelsOf(project);
  const taught = Object.fromEntries(items.map(({ id }) => [id, labels.get(id) ?? '']));
  return { classifierId, taught: { ...before?.taught, ...taught } };
};
