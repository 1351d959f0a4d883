/** The tests that run in Node, divided into fast and slow ones. */
import { filesBelow } from '../architecture/imports.ts';
import { reachability } from '../architecture/reach.ts';

/**
 * Modules of slow tests: the runtime in Node, the packages that build the embedded models, references and compilers that
 * take seconds to load, and starts of programs, threads and databases.
 */
const SLOW = [
  'onnxruntime-node',
  '@huggingface/transformers',
  'tiktoken',
  'assemblyscript/asc',
  '@electric-sql/pglite',
  'node:child_process',
  'node:worker_threads',
  'packages/models/minilm/src/build.ts',
  'packages/models/minilm-reranker/src/build.ts',
  'packages/postgres-server/src/index.ts',
  'packages/server/test/serve-command.ts',
  'scripts/testing/start-task.ts',
];

/** Folders that hold tests. */
const FOLDERS = ['packages', 'demo', 'scripts', 'tooling'];

export interface UnitTests {
  /** Tests that load no model and start no program, relative to the repository: the fast loop. */
  fast: string[];
  /** Tests whose imports reach a runtime, an embedded model, or the start of a program. */
  slow: string[];
}

/** Every test that runs in Node, divided by its imports, at any depth. */
export function unitTests(): UnitTests {
  const reachedFrom = reachability();
  const tests: UnitTests = { fast: [], slow: [] };
  for (const file of FOLDERS.flatMap(filesBelow)) {
    if (!file.endsWith('.test.ts') || file.endsWith('.browser.test.ts')) continue;
    const reached = reachedFrom(file);
    const group = SLOW.some((name) => reached.has(name)) ? tests.slow : tests.fast;
    group.push(file);
  }
  return tests;
}
