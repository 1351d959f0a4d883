import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, TestCase } from 'vitest/node';
import { repository } from '../../tooling/process.mjs';

/**
 * Writes the names of tests that passed at a second try only, a line each, to the file that NEARFIELD_UNSTEADY names:
 * none of vitest's own reports has them.
 */
export default class UnsteadyReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const path = process.env.NEARFIELD_UNSTEADY;
    if (path === undefined || !test.diagnostic()?.flaky) return;
    appendFileSync(path, `${relative(repository, test.module.moduleId)} › ${test.fullName}\n`);
  }
}
