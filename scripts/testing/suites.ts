/** Suites of checks and tests, run one after the other, with the sum of all in the last line. */
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository, runTool } from '../../tooling/process.mjs';
import { type Count, checkCount, countLine, runnerCount, total, vitestCount } from './counts.ts';

export interface Suite {
  name: string;
  run(): Promise<Count>;
}

/** A check that a tool decides by its exit code. */
const tool =
  (name: string, bin: string, ...args: string[]) =>
  async (): Promise<Count> =>
    checkCount((await runTool(name, bin, args)) === 0);

/** Projects of TypeScript, relative to the repository: the root's, and those that hold parts to fewer globals. */
function typeProjects(): string[] {
  const packages = readdirSync(join(repository, 'packages')).flatMap((name) =>
    readdirSync(join(repository, 'packages', name))
      // That of consumers reads what is built.
      .filter((file) => /^tsconfig(\.\w+)?\.json$/.test(file) && file !== 'tsconfig.consumer.json')
      .map((file) => `packages/${name}/${file}`),
  );
  return ['tsconfig.json', ...packages.sort()];
}

/** The checks of the sources, which need no build. */
export const SOURCE_CHECKS: Suite[] = [
  {
    name: 'types',
    async run() {
      const results: Count[] = [];
      for (const project of typeProjects()) {
        results.push(await tool('typescript', 'tsc', '--noEmit', '--project', project)());
      }
      return total(results);
    },
  },
  { name: 'lint and format', run: tool('@biomejs/biome', 'biome', 'check', '.') },
  { name: 'unused code', run: tool('knip', 'knip') },
];

interface VitestRun {
  /** Only tests whose paths contain one of these. @default all */
  filters?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Test files that run at the same time. @default the runner's choice: all cores but one */
  workers?: number;
}

/** Runs projects of vitest.config.ts. */
export async function vitestRun(
  projects: readonly string[],
  { filters = [], env = process.env, workers }: VitestRun = {},
): Promise<Count> {
  const reports = await mkdtemp(join(tmpdir(), 'nearfield-test-'));
  try {
    const report = join(reports, 'vitest.json');
    const unsteady = join(reports, 'unsteady.txt');
    const reporters = ['default', 'json', './scripts/testing/unsteady-reporter.ts'];
    const options = [
      ...reporters.map((name) => `--reporter=${name}`),
      `--outputFile.json=${report}`,
      '--retry=1',
    ];
    if (workers !== undefined) options.push(`--maxWorkers=${workers}`);
    const chosen = projects.flatMap((project) => ['--project', project]);
    const code = await runTool('vitest', 'vitest', ['run', ...chosen, ...options, ...filters], {
      env: { ...env, NEARFIELD_UNSTEADY: unsteady },
    });
    const names = await readFile(unsteady, 'utf8').catch(() => '');
    return { ...(await runnerCount(report, code, vitestCount)), unsteady: names.split('\n').filter(Boolean) };
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}

/** Runs tests in Node, as many files at a time as the machine has cores: none of them needs a core for itself. */
export const unitTestRun = (projects: readonly string[], filters: readonly string[] = []): Promise<Count> =>
  vitestRun(projects, { filters, workers: availableParallelism() });

/** Runs suites, also after a failure, so that one run shows everything. Prints the sum, and sets the exit code. */
export async function runSuites(suites: readonly Suite[]): Promise<void> {
  const results: { name: string; count: Count; seconds: number }[] = [];
  for (const { name, run } of suites) {
    console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 76 - name.length))}\n`);
    const start = performance.now();
    let count: Count;
    try {
      count = await run();
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      count = { passed: 0, failed: 1 };
    }
    results.push({ name, count, seconds: (performance.now() - start) / 1000 });
  }
  console.log(`\n── sum ${'─'.repeat(73)}\n`);
  for (const { name, count, seconds } of results) {
    console.log(`${name.padEnd(20)}${countLine(count).padEnd(24)}${seconds.toFixed(1).padStart(7)} s`);
  }
  const sum = total(results.map(({ count }) => count));
  for (const name of sum.unsteady ?? [])
    console.log(`\n? ${name}\n    passed at the second try: it is unsteady`);
  for (const failure of sum.failures ?? []) console.log(`\n✗ ${failure}`);
  console.log(`\n${countLine(sum)}`);
  process.exitCode = sum.failed === 0 ? 0 : 1;
}
