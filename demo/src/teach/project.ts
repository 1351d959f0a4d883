/** What a visitor teaches: classes, examples of them, and items without a class. Values never change; edits make new ones. */
import { randomId } from '@nearfield/spec/implement';
import type { Side } from '../shell/app.ts';

/** A project is of texts or of pictures. */
export type Kind = 'texts' | 'pictures';

export interface TaughtClass {
  id: string;
  name: string;
}

export interface Item {
  id: string;
  /** The text; of a picture, its name. Its bytes are kept under the item's id. */
  text: string;
  /** The class it is an example of; undefined while it has none. */
  classId: string | undefined;
  /** Whether the visitor confirmed the class against the classifier's doubt. */
  sure?: boolean | undefined;
}

export interface Project {
  id: string;
  name: string;
  kind: Kind;
  models: Record<Side, string>;
  classes: readonly TaughtClass[];
  items: readonly Item[];
  /** Share of right items that may be refused as none of the classes; 0 refuses nothing. */
  refuse: number;
}

/** Something that is added: a text, or a picture with its name. */
export interface Addition {
  text: string;
  /** Name of its class; a new one is made. */
  label?: string | undefined;
  picture?: Blob | undefined;
}

const MODELS: Record<Kind, Record<Side, string>> = {
  texts: { local: 'all-MiniLM-L6-v2', remote: 'jina-embeddings-v3' },
  pictures: { local: 'icon-clip', remote: 'jina-clip-v2' },
};

export const newProject = (kind: Kind, name: string): Project => ({
  id: randomId(),
  name,
  kind,
  models: MODELS[kind],
  classes: [],
  items: [],
  refuse: 0.05,
});

const sameName = (one: string, other: string): boolean =>
  one.trim().toLocaleLowerCase() === other.trim().toLocaleLowerCase();

/** The class of a name, upper and lower case alike. */
export const classNamed = ({ classes }: Project, name: string): TaughtClass | undefined =>
  classes.find((each) => sameName(each.name, name));

/** Adds a class; one whose name exists already is not added again. */
export function withClass(project: Project, name: string): Project {
  const trimmed = name.trim();
  if (trimmed === '' || classNamed(project, trimmed)) return project;
  return { ...project, classes: [...project.classes, { id: randomId(), name: trimmed }] };
}

/** Renames a class. A name that another class has joins both. */
export function withClassName(project: Project, classId: string, name: string): Project {
  const trimmed = name.trim();
  const other = classNamed(project, trimmed);
  if (trimmed === '') return project;
  if (other && other.id !== classId) {
    const items = project.items.map((item) =>
      item.classId === classId ? { ...item, classId: other.id } : item,
    );
    return { ...project, items, classes: project.classes.filter(({ id }) => id !== classId) };
  }
  return {
    ...project,
    classes: project.classes.map((each) => (each.id === classId ? { ...each, name: trimmed } : each)),
  };
}

/** Takes a class away; its examples stay, without a class. */
export const withoutClass = (project: Project, classId: string): Project => ({
  ...project,
  classes: project.classes.filter(({ id }) => id !== classId),
  items: project.items.map((item) => (item.classId === classId ? { ...item, classId: undefined } : item)),
});

/** What adding did. */
export interface Added {
  project: Project;
  /** Items that are new, in the order of the additions. */
  items: readonly Item[];
  /** Pictures of the new items, by their ids. */
  pictures: ReadonlyMap<string, Blob>;
  /** Texts that were there already; one with another label takes that. */
  known: number;
}

/** Adds items. A text that is there already is not added again, and takes the label that comes with it. */
export function withItems(project: Project, additions: readonly Addition[]): Added {
  let next = project;
  const items: Item[] = [];
  const pictures = new Map<string, Blob>();
  const relabelled = new Map<string, string>();
  const byText = new Map(project.kind === 'texts' ? project.items.map((item) => [item.text, item]) : []);
  let known = 0;
  for (const { text, label, picture } of additions) {
    if (label !== undefined) next = withClass(next, label);
    const classId = label === undefined ? undefined : classNamed(next, label)?.id;
    const before = byText.get(text);
    if (before) {
      known++;
      if (classId !== undefined) relabelled.set(before.id, classId);
      continue;
    }
    const item: Item = { id: randomId(), text, classId };
    if (picture) pictures.set(item.id, picture);
    else byText.set(text, item);
    items.push(item);
  }
  const all = [...next.items, ...items].map((item) => {
    const classId = relabelled.get(item.id);
    return classId === undefined || classId === item.classId ? item : { ...item, classId };
  });
  return { project: { ...next, items: all }, items, pictures, known };
}

/** Gives an item a class, or takes it away. */
export const withLabel = (project: Project, itemId: string, classId: string | undefined): Project => ({
  ...project,
  items: project.items.map((item) => (item.id === itemId ? { ...item, classId, sure: undefined } : item)),
});

/** Notes that an example has the right class, whatever the classifier says. */
export const withConfirmed = (project: Project, itemId: string): Project => ({
  ...project,
  items: project.items.map((item) => (item.id === itemId ? { ...item, sure: true } : item)),
});

export const withoutItem = (project: Project, itemId: string): Project => ({
  ...project,
  items: project.items.filter(({ id }) => id !== itemId),
});

/** Examples of each class, by the class's id. */
export function examplesByClass({ classes, items }: Project): Map<string, Item[]> {
  const found = new Map<string, Item[]>(classes.map(({ id }) => [id, []]));
  for (const item of items) if (item.classId !== undefined) found.get(item.classId)?.push(item);
  return found;
}
