import type { SearchFoundation } from '@nearfield/spec';
import { expect, it } from 'vitest';
import { createNodeFoundation } from '../node.ts';
import { isLocal } from './local-foundation.ts';

it('isLocal tells an engine here from a client, and narrows to what only an engine has', async () => {
  await using foundation: SearchFoundation = createNodeFoundation();
  expect(isLocal(foundation)).toBe(true);
  if (isLocal(foundation)) expect(foundation.storage.report).toBeTypeOf('function');
  const client = Object.fromEntries(['embeddings', 'close'].map((name) => [name, () => {}]));
  expect(isLocal(client as unknown as SearchFoundation)).toBe(false);
});

it('await using closes the foundation', async () => {
  let outlived: SearchFoundation;
  {
    await using foundation = createNodeFoundation();
    outlived = foundation;
  }
  await expect(outlived.embeddings({ model: 'all-MiniLM-L6-v2', input: 'a' })).rejects.toMatchObject({
    code: 'CLOSED',
  });
});
