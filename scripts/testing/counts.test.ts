import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkCount, countLine, playwrightCount, runnerCount, total, vitestCount } from './counts.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearfield-counts-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const passing = { status: 'passed', assertionResults: [{ status: 'passed' }, { status: 'passed' }] };
const failing = { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] };
const unloadable = { status: 'failed', assertionResults: [] };

test('a test file that cannot be loaded is one failure beside the failed tests', () => {
  expect(
    vitestCount({ numPassedTests: 3, numFailedTests: 1, testResults: [passing, failing, unloadable] }),
  ).toMatchObject({ passed: 3, failed: 2 });
});

test('what failed is named, with the start of what it said', () => {
  const message = '\u001b[31mAssertionError: expected 1 to be 2\u001b[39m\n    at file.ts:3:4';
  const report = {
    numPassedTests: 1,
    numFailedTests: 1,
    testResults: [
      {
        name: 'a.test.ts',
        status: 'failed',
        assertionResults: [
          { status: 'passed', fullName: 'adds' },
          { status: 'failed', fullName: 'subtracts', failureMessages: [message] },
        ],
      },
      { name: 'b.test.ts', status: 'failed', message: 'SyntaxError: }', assertionResults: [] },
    ],
  };
  expect(vitestCount(report).failures).toEqual([
    'a.test.ts › subtracts\n    AssertionError: expected 1 to be 2',
    'b.test.ts\n    SyntaxError: }',
  ]);
  const spec = (title: string, ok: boolean) => ({
    title,
    file: 'page.spec.ts',
    line: 7,
    ok,
    tests: [{ results: [{ errors: ok ? [] : [{ message: 'Error: no button' }] }] }],
  });
  const suites = [
    {
      title: 'page.spec.ts',
      suites: [{ title: 'page', specs: [spec('opens', false), spec('closes', true)] }],
    },
  ];
  const unsteady = { ...spec('moves', true), tests: [{ status: 'flaky', results: [] }] };
  const { failures, ...rest } = playwrightCount({
    stats: { expected: 1, unexpected: 1, flaky: 1 },
    errors: [{ message: 'Error: no server' }],
    suites: [...suites, { title: 'other', specs: [unsteady] }],
  });
  expect(rest).toEqual({ passed: 2, failed: 2, unsteady: ['page.spec.ts:7 › moves'] });
  expect(failures).toEqual([
    'page.spec.ts:7 › opens\n    Error: no button',
    'outside of tests\n    Error: no server',
  ]);
});

test('skipped end-to-end tests are not counted, errors outside of tests are failures', () => {
  const stats = { expected: 4, unexpected: 1, flaky: 0, skipped: 2 };
  expect(playwrightCount({ stats, errors: [{}] })).toMatchObject({ passed: 4, failed: 2 });
});

const report = async (name: string, numPassedTests: number, numFailedTests: number): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify({ numPassedTests, numFailedTests, testResults: [] }));
  return path;
};

test('a run without a report, or with half of one, is one failure', async () => {
  expect(await runnerCount(join(folder, 'none.json'), 0, vitestCount)).toEqual({ passed: 0, failed: 1 });
  const torn = join(folder, 'torn.json');
  await writeFile(torn, '{"numPassedTests": 3,');
  expect(await runnerCount(torn, 0, vitestCount)).toEqual({ passed: 0, failed: 1 });
});

test('a run that ended badly, or in which nothing ran, is a failure though no test failed', async () => {
  expect(await runnerCount(await report('bad', 5, 0), 1, vitestCount)).toMatchObject({
    passed: 5,
    failed: 1,
  });
  expect(await runnerCount(await report('empty', 0, 0), 0, vitestCount)).toMatchObject({
    passed: 0,
    failed: 1,
  });
  expect(await runnerCount(await report('good', 5, 0), 0, vitestCount)).toMatchObject({
    passed: 5,
    failed: 0,
  });
  expect(await runnerCount(await report('failed', 5, 2), 1, vitestCount)).toMatchObject({
    passed: 5,
    failed: 2,
  });
});

test('the last line sums all suites', () => {
  expect(countLine(total([checkCount(true), checkCount(false), { passed: 40, failed: 2 }]))).toBe(
    '41 passed, 3 failed',
  );
});
