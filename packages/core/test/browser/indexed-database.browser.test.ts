import { expect, it } from 'vitest';
import { IndexedDatabase } from '../../src/persistence/indexed-database.ts';

it('takes back what a failing write has written', async () => {
  const database = new IndexedDatabase('nearfield-test-indexed-database', 'things');
  await database.write((store) => {
    store.put('kept', 'key');
  });
  const failing = database.write((store) => {
    store.put('half', 'key');
    store.put(() => {}, 'functions cannot be stored');
  });
  await expect(failing).rejects.toMatchObject({ name: 'DataCloneError' });
  const value = await database.run(
    'readonly',
    (store) =>
      new Promise((resolve) => {
        const request = store.get('key');
        request.onsuccess = () => resolve(request.result);
      }),
  );
  expect(value).toBe('kept');
});
