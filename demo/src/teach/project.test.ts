import { expect, test } from 'vitest';
import {
  classNamed,
  examplesByClass,
  newProject,
  withClass,
  withClassName,
  withItems,
  withoutClass,
} from './project.ts';

const taught = (project: ReturnType<typeof newProject>): Record<string, string[]> => {
  const groups = examplesByClass(project);
  return Object.fromEntries(
    project.classes.map(({ id, name }) => [name, groups.get(id)!.map(({ text }) => text)]),
  );
};

const start = withItems(newProject('texts', 'Post'), [
  { text: 'one', label: 'Bills' },
  { text: 'two', label: 'bills ' },
  { text: 'three', label: 'Thanks' },
  { text: 'four' },
]).project;

test('labels make classes, whatever their case', () => {
  expect(taught(start)).toEqual({ Bills: ['one', 'two'], Thanks: ['three'] });
  expect(withClass(start, 'BILLS')).toBe(start);
  expect(withClass(start, '  ')).toBe(start);
});

test('a text that is there already takes the label that comes with it, and is not there twice', () => {
  const { project, items, known } = withItems(start, [
    { text: 'one', label: 'Thanks' },
    { text: 'four', label: 'New' },
    { text: 'two' },
    { text: 'five' },
    { text: 'five' },
  ]);
  expect(known).toBe(4);
  expect(items.map(({ text }) => text)).toEqual(['five']);
  expect(taught(project)).toEqual({ Bills: ['two'], Thanks: ['one', 'three'], New: ['four'] });
});

test('a class that takes another’s name joins it', () => {
  const { id } = classNamed(start, 'Bills')!;
  expect(taught(withClassName(start, id, 'thanks'))).toEqual({ Thanks: ['one', 'two', 'three'] });
  expect(taught(withClassName(start, id, 'Invoices'))).toEqual({
    Invoices: ['one', 'two'],
    Thanks: ['three'],
  });
});

test('examples of a class that is taken away stay', () => {
  const after = withoutClass(start, classNamed(start, 'Bills')!.id);
  expect(after.items.map(({ text, classId }) => [text, classId === undefined])).toEqual([
    ['one', true],
    ['two', true],
    ['three', false],
    ['four', true],
  ]);
});
