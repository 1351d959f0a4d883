import { expect, test } from 'vitest';
import { Arrivals, destinations, PATHS } from './arrivals.ts';
import { ADDRESS_TYPE } from './arrivals-store.ts';

const file = (name: string, type = ''): File => new File(['x'], name, { type });
const namesByDestination = (files: readonly File[]): Record<string, string[]> =>
  Object.fromEntries(
    [...destinations(files)].map(([destination, some]) => [destination, some.map(({ name }) => name)]),
  );

test('one document to read goes to Read, several and plain texts to Search, pictures to the pictures', () => {
  expect(namesByDestination([file('a.pdf', 'application/pdf')])).toEqual({ read: ['a.pdf'] });
  // Systems do not know every type.
  expect(namesByDestination([file('a.HTM')])).toEqual({ read: ['a.HTM'] });
  expect(namesByDestination([file('address.uri', ADDRESS_TYPE)])).toEqual({ read: ['address.uri'] });
  expect(namesByDestination([file('a.md', 'text/markdown')])).toEqual({ search: ['a.md'] });
  expect(namesByDestination([file('a.html'), file('b.txt'), file('c.jpg')])).toEqual({
    search: ['a.html', 'b.txt'],
    pictures: ['c.jpg'],
  });
  expect(namesByDestination([file('a.html'), file('c', 'image/avif')])).toEqual({
    read: ['a.html'],
    pictures: ['c'],
  });
});

test('files wait for their page, and are given to it once', () => {
  const arrivals = new Arrivals();
  expect(arrivals.add([])).toBeUndefined();
  expect(arrivals.add([file('a.txt'), file('c.png')])).toBe('search');
  expect(arrivals.add([file('b.txt')])).toBe('search');
  const taken: string[][] = [];
  const stop = arrivals.watch('search', (files) => taken.push(files.map(({ name }) => name)));
  expect(taken).toEqual([['a.txt', 'b.txt']]);
  arrivals.add([file('d.txt')]);
  expect(taken).toEqual([['a.txt', 'b.txt'], ['d.txt']]);
  stop();
  arrivals.add([file('e.txt')]);
  expect(taken).toHaveLength(2);
  expect(arrivals.take('search').map(({ name }) => name)).toEqual(['e.txt']);
  expect(arrivals.take('search')).toEqual([]);
  expect(arrivals.take('pictures').map(({ name }) => name)).toEqual(['c.png']);
});

test('a page that left late does not stop the one that came after it', () => {
  const arrivals = new Arrivals();
  const taken: string[] = [];
  const stop = arrivals.watch('read', () => taken.push('first'));
  arrivals.watch('read', () => taken.push('second'));
  stop();
  arrivals.add([file('a.pdf')]);
  expect(taken).toEqual(['second']);
  expect(PATHS.read).toBe('read');
});
