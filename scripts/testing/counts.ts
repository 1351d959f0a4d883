/** Passed and failed counts, read from the test runners' own JSON reports. */
import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';

/** Numbers of passed and failed tests or checks. Skipped ones are in neither. */
export interface Count {
  passed: number;
  failed: number;
  /** What failed, a few lines each: the test, and the start of what it said. */
  failures?: readonly string[];
  /** Tests that passed at a second try only: faults too, of the test or of what it tests, that are yet to be found. */
  unsteady?: readonly string[];
}

interface VitestResult {
  status: string;
  fullName?: string;
  failureMessages?: readonly string[] | null;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { name?: string; status: string; message?: string; assertionResults: VitestResult[] }[];
}

interface PlaywrightSpec {
  title: string;
  file: string;
  line: number;
  ok: boolean;
  tests: { status?: string; results: { errors?: { message?: string }[] }[] }[];
}

interface PlaywrightSuite {
  title: string;
  suites?: PlaywrightSuite[];
  specs?: PlaywrightSpec[];
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number };
  errors: { message?: string }[];
  suites?: PlaywrightSuite[];
}

/** Lines of a message that are kept. */
const MESSAGE_LINES = 6;

/** A failure in a few lines, without colours and the stack. */
function failure(what: string, message = ''): string {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
    .slice(0, MESSAGE_LINES);
  return [what, ...lines.map((line) => `    ${line.slice(0, 300)}`)].join('\n');
}

/** A check has one result. */
export function checkCount(succeeded: boolean): Count {
  return succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Counts of a `vitest --reporter=json` report. A file that fails outside of its tests is one failure. */
export function vitestCount(report: VitestReport): Count {
  const failures: string[] = [];
  let brokenFiles = 0;
  for (const { name = 'a test file', status, message, assertionResults } of report.testResults) {
    const failed = assertionResults.filter((result) => result.status === 'failed');
    for (const { fullName = 'a test', failureMessages } of failed) {
      failures.push(failure(`${name} › ${fullName}`, failureMessages?.[0]));
    }
    if (status === 'failed' && failed.length === 0) {
      brokenFiles++;
      failures.push(failure(name, message));
    }
  }
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles, failures };
}

/** Counts of Playwright's JSON report. Errors outside of tests count as failures. */
export function playwrightCount({ stats, errors, suites = [] }: PlaywrightReport): Count {
  const specs = suites.flatMap(specsOf);
  const failures = [
    ...specs
      .filter(({ ok }) => !ok)
      .map((spec) => {
        const errors = spec.tests.flatMap(({ results }) => results.flatMap(({ errors = [] }) => errors));
        return failure(nameOf(spec), errors[0]?.message);
      }),
    ...errors.map(({ message }) => failure('outside of tests', message)),
  ];
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected + errors.length,
    failures,
    unsteady: specs.filter(({ tests }) => tests.some(({ status }) => status === 'flaky')).map(nameOf),
  };
}

/** Tests of a suite and of those in it. */
const specsOf = ({ specs = [], suites = [] }: PlaywrightSuite): PlaywrightSpec[] => [
  ...specs,
  ...suites.flatMap(specsOf),
];

const nameOf = ({ title, file, line }: PlaywrightSpec): string => `${file}:${line} › ${title}`;

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
  return { ...counted, failed: wrong ? 1 : failed };
}

/** Adds up. */
export function total(counts: readonly Count[]): Count {
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
    failures: counts.flatMap(({ failures = [] }) => failures),
    unsteady: counts.flatMap(({ unsteady = [] }) => unsteady),
  };
}

/** The line that `npm test` ends with. */
export function countLine({ passed, failed }: Count): string {
  return `${passed} passed, ${failed} failed`;
}
