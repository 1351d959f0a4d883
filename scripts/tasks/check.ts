/** `npm run check`: the fast loop, before each commit. `npm test` runs the same and everything else. */
import { taskArguments } from '../../tooling/arguments.ts';
import { runSuites, SOURCE_CHECKS, unitTestRun } from '../testing/suites.ts';

const USAGE = `npm run check: types, lint, unused code, and the unit tests that load no model

Options:
  --help   this text`;

taskArguments(USAGE, {});

await runSuites([...SOURCE_CHECKS, { name: 'unit tests', run: () => unitTestRun(['node']) }]);
