import { expect, test } from 'vitest';
import { newProject, withClassName, withItems, withLabel, withoutItem } from './project.ts';
import { outdated, trainingParts, untaught, withTaught } from './registration.ts';

const project = withItems(newProject('texts', 'Post'), [
  { text: 'one', label: 'Bills' },
  { text: 'two', label: 'Bills' },
  { text: 'three', label: 'Thanks' },
  { text: 'four' },
]).project;
const none = new Map<string, Blob>();
const textsOf = (items: readonly { text: string }[]) => items.map(({ text }) => text);

test('examples that a classifier has not seen are those that are new or have another label', () => {
  expect(textsOf(untaught(project, undefined))).toEqual(['one', 'two', 'three']);
  const registration = withTaught(project, 'c', undefined, project.items.slice(0, 2));
  expect(textsOf(untaught(project, registration))).toEqual(['three']);
  const moved = withLabel(project, project.items[0]!.id, project.classes[1]!.id);
  expect(textsOf(untaught(moved, registration))).toEqual(['one', 'three']);
  expect(untaught(project, withTaught(project, 'c', registration, project.items))).toEqual([]);
});

test('what a classifier cannot unlearn is counted: removed, moved and renamed', () => {
  const registration = withTaught(project, 'c', undefined, untaught(project, undefined));
  expect(outdated(project, registration)).toBe(0);
  expect(outdated(withoutItem(project, project.items[0]!.id), registration)).toBe(1);
  expect(outdated(withLabel(project, project.items[2]!.id, undefined), registration)).toBe(1);
  expect(outdated(withClassName(project, project.classes[0]!.id, 'Invoices'), registration)).toBe(2);
});

test('every request fits the limit, and the first has two classes', () => {
  const many = withItems(newProject('texts', 'Many'), [
    ...Array.from({ length: 600 }, (_, index) => ({ text: `a ${index}`, label: 'A' })),
    ...Array.from({ length: 3 }, (_, index) => ({ text: `b ${index}`, label: 'B' })),
    { text: 'no class' },
  ]).project;
  const parts = trainingParts(many, many.items, none);
  expect(parts.map(({ input }) => input.length)).toEqual([512, 91]);
  expect(new Set(parts[0]!.input.map(({ label }) => label))).toEqual(new Set(['A', 'B']));
  expect(parts.flatMap(({ items }) => textsOf(items)).sort()).toEqual(
    textsOf(many.items.slice(0, 603)).sort(),
  );
  expect(trainingParts(many, [], none)).toEqual([]);
});

test('pictures go as they are, and those that are missing not at all', () => {
  const { project: icons, pictures } = withItems(newProject('pictures', 'Icons'), [
    { text: 'cat.png', label: 'cat', picture: new Blob(['c']) },
    { text: 'dog.png', label: 'dog', picture: new Blob(['d']) },
  ]);
  const [cat, dog] = icons.items;
  expect(trainingParts(icons, icons.items, pictures)[0]!.input).toEqual([
    { label: 'cat', image: pictures.get(cat!.id) },
    { label: 'dog', image: pictures.get(dog!.id) },
  ]);
  const without = new Map([...pictures].filter(([id]) => id !== cat!.id));
  expect(trainingParts(icons, icons.items, without)[0]!.items).toEqual([dog]);
});
