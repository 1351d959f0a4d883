/** Passed and failed counts, read from the test runners' own JSON reports. */
import { readFile } from 'node:fs/promises';

/** Numbers of passed and failed tests or checks. Skipped ones are in neither. */
export interface Count {
  passed: number;
  failed: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number };
  errors: unknown[];
}

/** A check has one result. */
export function checkCount(succeeded: boolean): Count {
  return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Counts of a `vitest --reporter=json` report. A file that fails outside of its tests is one failure. */
export function vitestCount(report: VitestReport): Count {
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
  );
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length };
}

/** Counts of Playwright's JSON report. Errors outside of tests count as failures. */
export function playwrightCount({ stats, errors }: PlaywrightReport): Count {
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected + errors.length };
}

/**
 * Counts of a test run. A run that left no readable report has crashed, and one that ended badly without a
 * failed test, or that ran nothing, has failed too: each is one failure.
 */
export async function runnerCount<Report>(
  reportPath: string,
  exitCode: number,
  count: (report: Report) => Count,
): Promise<Count> {
  let counted: Count;
  try {
    counted = count(JSON.parse(await readFile(reportPath, 'utf8')) as Report);
  } catch {
    return { passed: 0, failed: 1 };
  }
  const { passed, failed } = counted;
  const wrong = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: wrong ? 1 : failed };
}

/** Adds up. */
export function total(counts: readonly Count[]): Count {
  return counts.reduce(
    (sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }),
    { passed: 0, failed: 0 },
  );
}

/** The line that `npm test` ends with. */
export function countLine({ passed, failed }: Count): string {
  return `${passed} passed, ${failed} failed`;
}
