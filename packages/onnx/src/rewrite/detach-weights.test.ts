import { expect, it } from 'vitest';
import { tinyBert } from '../../test/tiny-bert.ts';
import { readModel } from '../read/model.ts';
import { detachWeights } from './detach-weights.ts';

it('keeps the summary the same but for where weights lie', () => {
  const bytes = tinyBert({ form: 'float32' });
  const before = readModel(bytes);
  const after = readModel(detachWeights(bytes, before).graph);
  expect(after.nodes.map(({ name, opType }) => [name, opType])).toEqual(
    before.nodes.map(({ name, opType }) => [name, opType]),
  );
  expect([...after.initializers.keys()]).toEqual([...before.initializers.keys()]);
  for (const { name, external } of after.initializers.values()) {
    const { data, dims } = before.initializers.get(name)!;
    expect(after.initializers.get(name)!.dims).toEqual(dims);
    if (external) expect(external).toMatchObject({ offset: data!.start, length: data!.end - data!.start });
  }
  expect(after.usesExternalData).toBe(true);
});
