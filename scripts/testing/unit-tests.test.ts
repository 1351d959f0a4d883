import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repository } from '../../tooling/process.mjs';
import { reachability } from '../architecture/reach.ts';
import { unitTests } from './unit-tests.ts';

const { slow, fast } = unitTests();

it('finds the tests that run a model by what they import', () => {
  // Itself; through a helper of tests; through the engine in Node, which imports its runtime when it starts.
  expect(slow).toContain('packages/onnx/src/rewrite/tail.test.ts');
  expect(slow).toContain('packages/core/src/models/families.test.ts');
  expect(slow).toContain('packages/core/src/tasks/classify/classify.test.ts');
  expect(slow).toContain('packages/models/minilm/src/build.test.ts');
});

it('finds the tests that start the command or a task', () => {
  expect(slow).toContain('packages/server/src/hostile.test.ts');
  expect(slow).toContain('scripts/tasks.test.ts');
});

it('leaves the rest to the fast loop', () => {
  expect(fast).toContain('packages/core/src/engine/scheduling/scheduler.test.ts');
  expect(fast).toContain('packages/spec/src/wire.test.ts');
  expect(fast.filter((file) => slow.includes(file))).toEqual([]);
  expect([...slow, ...fast].filter((file) => !existsSync(join(repository, file)))).toEqual([]);
});

it('follows names of packages, imports inside functions and exports, not types', () => {
  const reachedFrom = reachability();
  expect(reachedFrom('packages/core/src/node.ts')).toContain('onnxruntime-node');
  expect(reachedFrom('packages/server/src/node.ts')).toContain('packages/spec/src/index.ts');
  // Its engine is a type to the page's half.
  expect(reachedFrom('packages/core/src/index.ts')).not.toContain('packages/core/src/engine/engine.ts');
});
