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
  ).toEqual({ passed: 3, failed: 2 });
});

test('skipped end-to-end tests are not counted, errors outside of tests are failures', () => {
  const stats = { expected: 4, unexpected: 1, flaky: 0, skipped: 2 };
  expect(playwrightCount({ stats, errors: [{}] })).toEqual({ passed: 4, failed: 2 });
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
  expect(await runnerCount(await report('bad', 5, 0), 1, vitestCount)).toEqual({ passed: 5, failed: 1 });
  expect(await runnerCount(await report('empty', 0, 0), 0, vitestCount)).toEqual({ passed: 0, failed: 1 });
  expect(await runnerCount(await report('good', 5, 0), 0, vitestCount)).toEqual({ passed: 5, failed: 0 });
  expect(await runnerCount(await report('failed', 5, 2), 1, vitestCount)).toEqual({ passed: 5, failed: 2 });
});

test('the last line sums all suites', () => {
  expect(countLine(total([checkCount(true), checkCount(false), { passed: 40, failed: 2 }]))).toBe(
    '41 passed, 3 failed',
  );
});
