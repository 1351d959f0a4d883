import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changed, type History, historyOf, itemsOfSteps, type KeptSteps, redone, undone } from './history.ts';
import {
  newProject,
  type Project,
  withClass,
  withClassName,
  withConfirmed,
  withItems,
  withLabel,
  withoutClass,
  withoutItem,
} from './project.ts';

const start = withItems(newProject('texts', 'Post'), [
  { text: 'one', label: 'Bills' },
  { text: 'two', label: 'Bills' },
  { text: 'three', label: 'Thanks' },
  { text: 'four' },
]).project;

/** As it is after a visit: nothing is the same object any more. */
const reopened = ({ present, past, future }: History): History =>
  historyOf(structuredClone(present), structuredClone<KeptSteps>({ past, future }));

const some = <Value>(values: readonly Value[], chance: number): Value | undefined =>
  values[Math.floor(chance * values.length)];

/** An edit as the page makes it; some change nothing. */
const edits: ((project: Project, chance: number) => Project)[] = [
  (project, chance) =>
    withItems(project, [
      { text: `text ${Math.floor(chance * 8)}`, label: 'Bills' },
      { text: 'new', label: 'Other' },
    ]).project,
  (project, chance) => withoutItem(project, some(project.items, chance)?.id ?? ''),
  (project, chance) => withLabel(project, some(project.items, chance)?.id ?? '', project.classes[0]?.id),
  (project, chance) => withConfirmed(project, some(project.items, chance)?.id ?? ''),
  (project, chance) => withoutClass(project, some(project.classes, chance)?.id ?? ''),
  (project, chance) =>
    withClassName(project, some(project.classes, chance)?.id ?? '', chance < 0.5 ? 'Bills' : 'Thanks'),
  (project, chance) => withClass(project, `class ${Math.floor(chance * 5)}`),
  (project, chance) => ({ ...project, name: `name ${chance}`, refuse: chance / 2 }),
];

test('every change is taken back and made again, also on a later visit', () => {
  const steps = fc.array(fc.tuple(fc.nat(edits.length - 1), fc.nat(99)), {
    minLength: 1,
    maxLength: 30,
  });
  fc.assert(
    fc.property(steps, fc.nat(30), (made, visit) => {
      let history = historyOf(start);
      const states = [start];
      for (const [index, [edit, chance]] of made.entries()) {
        history = changed(history, edits[edit]!(history.present, chance / 100));
        if (history.present !== states.at(-1)) states.push(history.present);
        if (index === visit) {
          history = reopened(history);
          states[states.length - 1] = history.present;
        }
      }
      for (const state of states.toReversed()) {
        expect(history.present).toEqual(state);
        history = undone(history);
      }
      expect(undone(history)).toBe(history);
      history = reopened(history);
      for (const state of states) {
        expect(history.present).toEqual(state);
        history = redone(history);
      }
      expect(redone(history)).toBe(history);
    }),
  );
});

test('the same value is no change, and a new change ends what was taken back', () => {
  const history = changed(historyOf(start), withClass(start, 'New'));
  expect(changed(history, history.present)).toBe(history);
  expect(undone(history).future).toHaveLength(1);
  expect(changed(undone(history), withClass(start, 'Other')).future).toEqual([]);
});

test('a step holds what differs, and names what it can bring back', () => {
  const [, second] = start.items;
  const history = changed(historyOf(start), withoutItem(start, second!.id));
  expect(history.past).toEqual([
    { at: 1, before: { fields: {}, items: [second] }, after: { fields: {}, items: [] } },
  ]);
  expect(itemsOfSteps(history)).toEqual(new Set([second!.id]));
});

test('keeps the last 200 steps, fewer where they hold very many items, and the last one always', () => {
  let history = historyOf(start);
  for (let count = 0; count < 210; count++)
    history = changed(history, { ...history.present, name: String(count) });
  expect(history.past).toHaveLength(200);
  const more = Array.from({ length: 15_000 }, (_, index) => ({
    id: `item-${index}`,
    text: `item ${index}`,
    classId: undefined,
  }));
  history = changed(history, { ...history.present, items: [...history.present.items, ...more] });
  expect(history.past).toHaveLength(200);
  history = changed(history, { ...history.present, items: [] });
  expect(history.past).toHaveLength(1);
  expect(undone(history).present.items).toHaveLength(15_004);
});
