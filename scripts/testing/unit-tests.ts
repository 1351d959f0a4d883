/** The tests that run in Node, divided by what they need. */
import { filesBelow } from '../architecture/imports.ts';
import { reachability } from '../architecture/reach.ts';

/** What runs a model: the runtime in Node, and the packages that build the embedded models. */
const RUNS_A_MODEL = [
  'onnxruntime-node',
  'packages/models/minilm/src/build.ts',
  'packages/models/minilm-reranker/src/build.ts',
];

/** Folders that hold tests. */
const FOLDERS = ['packages', 'demo', 'scripts', 'tooling'];

export interface UnitTests {
  /** Tests that load no model, relative to the repository: the fast loop. */
  withoutModels: string[];
  /** Tests whose imports reach a runtime or an embedded model. */
  withModels: string[];
}

/** Every test that runs in Node. Nobody keeps the division: what a test imports, at any depth, decides. */
export function unitTests(): UnitTests {
  const reachedFrom = reachability();
  const tests: UnitTests = { withoutModels: [], withModels: [] };
  for (const file of FOLDERS.flatMap(filesBelow)) {
    if (!file.endsWith('.test.ts') || file.endsWith('.browser.test.ts')) continue;
    const reached = reachedFrom(file);
    const group = RUNS_A_MODEL.some((name) => reached.has(name)) ? tests.withModels : tests.withoutModels;
    group.push(file);
  }
  return tests;
}
