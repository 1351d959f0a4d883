/** Changes of a project that can be taken back and made again, small enough to be kept beside it. */
import type { Item, Project } from './project.ts';

/** Steps that are kept. */
const MOST_STEPS = 200;

/** Items that all kept steps may hold together; the oldest steps make room. */
const MOST_ITEMS = 20_000;

type Fields = Partial<Pick<Project, 'name' | 'models' | 'classes' | 'refuse'>>;

/** What one side of a step has in place of the other. */
interface Half {
  fields: Fields;
  items: readonly Item[];
}

/** The difference between a project before a change and after it. */
export interface Step {
  /** Index of the first item that differs. */
  at: number;
  before: Half;
  after: Half;
}

/** A project, the changes that led to it, and those that were taken back: the next one first. */
export interface History {
  past: readonly Step[];
  present: Project;
  future: readonly Step[];
}

/** The steps of a {@link History}, as they are kept. */
export type KeptSteps = Pick<History, 'past' | 'future'>;

export const historyOf = (
  present: Project,
  { past = [], future = [] }: Partial<KeptSteps> = {},
): History => ({
  past,
  present,
  future,
});

/** A change: what was taken back before cannot be made again. The same value is no change. */
export function changed(history: History, present: Project): History {
  if (present === history.present) return history;
  return { past: bounded([...history.past, stepBetween(history.present, present)]), present, future: [] };
}

export function undone(history: History): History {
  const step = history.past.at(-1);
  if (!step) return history;
  return {
    past: history.past.slice(0, -1),
    present: replaced(history.present, step.at, step.after, step.before),
    future: [step, ...history.future],
  };
}

export function redone(history: History): History {
  const [step, ...future] = history.future;
  if (!step) return history;
  const present = replaced(history.present, step.at, step.before, step.after);
  return { past: [...history.past, step], present, future };
}

/** Ids of the items that a step can bring back: what belongs to them, such as a picture, has to stay. */
export const itemsOfSteps = ({ past, future }: KeptSteps): Set<string> =>
  new Set(
    [...past, ...future].flatMap(({ before, after }) =>
      [...before.items, ...after.items].map(({ id }) => id),
    ),
  );

/** Unchanged items at both ends are in no step: edits keep the items that they do not touch. */
function stepBetween(before: Project, after: Project): Step {
  const { items: old } = before;
  const { items: next } = after;
  const shorter = Math.min(old.length, next.length);
  let at = 0;
  while (at < shorter && old[at] === next[at]) at++;
  let same = 0;
  while (same < shorter - at && old.at(-1 - same) === next.at(-1 - same)) same++;
  const half = (project: Project, other: Project): Half => ({
    fields: {
      ...(project.name !== other.name && { name: project.name }),
      ...(project.models !== other.models && { models: project.models }),
      ...(project.classes !== other.classes && { classes: project.classes }),
      ...(project.refuse !== other.refuse && { refuse: project.refuse }),
    },
    items: project.items.slice(at, project.items.length - same),
  });
  return { at, before: half(before, after), after: half(after, before) };
}

function replaced(project: Project, at: number, from: Half, to: Half): Project {
  const items = [...project.items.slice(0, at), ...to.items, ...project.items.slice(at + from.items.length)];
  return { ...project, ...to.fields, items };
}

const weightOf = ({ before, after }: Step): number => before.items.length + after.items.length;

/** The last steps that may be kept; the very last one always. */
function bounded(steps: readonly Step[]): readonly Step[] {
  let [start, items] = [steps.length - 1, weightOf(steps.at(-1)!)];
  while (start > 0 && steps.length - start < MOST_STEPS) {
    items += weightOf(steps[start - 1]!);
    if (items > MOST_ITEMS) break;
    start--;
  }
  return steps.slice(start);
}
