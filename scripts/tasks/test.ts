/**
 * `npm test [-- --only checks|unit|browser|e2e … [--busy] [--throttle 4] [file filter …]]`: every check and test, with
 * the sum of all in the last line. Goes on after a failure, so that one run shows everything. `--busy` keeps all cores
 * busy with other processes meanwhile; `--throttle` slows the threads of pages in browser and end-to-end tests down.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { taskArguments, UsageError } from '../../tooling/arguments.ts';
import { ensureBrowser } from '../../tooling/browser.mjs';
import { freePort } from '../../tooling/free-port.ts';
import { runTool } from '../../tooling/process.mjs';
import { buildDemo, buildPackages } from '../packaging/build.ts';
import { checkContents, checkInstallSizes, checkTypes } from '../packaging/checks.ts';
import { bundleForMeasuring } from '../packaging/measure.ts';
import { packPackages } from '../packaging/pack.ts';
import { keepBusy } from '../testing/busy.ts';
import { type Count, checkCount, playwrightCount, runnerCount, total } from '../testing/counts.ts';
import { once } from '../testing/once.ts';
import { runSuites, SOURCE_CHECKS, type Suite, unitTestRun, vitestRun } from '../testing/suites.ts';

const GROUPS = ['checks', 'unit', 'browser', 'e2e'] as const;
type Group = (typeof GROUPS)[number];

const USAGE = `npm test -- [--only ${GROUPS.join('|')}] [--busy] [--throttle 4] [file filter …]: checks and tests

Options:
  --only GROUP   this group (repeatable, or with commas between)
  --busy         while other processes keep every core busy
  --throttle N   with pages that are N times slower
A file filter needs one of --only unit, --only browser, --only e2e.`;

const chosenOf = (only: readonly string[]): string[] => only.flatMap((names) => names.split(','));
const { values, positionals: filters } = taskArguments(
  USAGE,
  {
    options: {
      only: { type: 'string', multiple: true, default: [...GROUPS] },
      busy: { type: 'boolean', default: false },
      throttle: { type: 'string', default: '1' },
    },
    allowPositionals: true,
  },
  (parsed) => {
    const names = chosenOf(parsed.values.only);
    const unknown = names.find((name) => !GROUPS.some((group) => group === name));
    if (unknown !== undefined) throw new UsageError(`There is no group "${unknown}".`);
    if (!(Number(parsed.values.throttle) >= 1)) {
      throw new UsageError('--throttle needs a number from 1: how many times slower pages are.');
    }
    if (parsed.positionals.length > 0 && (names.length !== 1 || names[0] === 'checks')) {
      throw new UsageError('A file filter needs one of --only unit, --only browser, --only e2e.');
    }
  },
);
const chosen = chosenOf(values.only);
const throttled = { ...process.env, NEARFIELD_THROTTLE: values.throttle };

const reports = await mkdtemp(join(tmpdir(), 'nearfield-test-'));
const browser = once(() => ensureBrowser(() => chromium.executablePath()));
const packages = once(buildPackages);
const tarballs = once(async () => {
  await packages();
  return packPackages();
});

const browserTests = async (): Promise<Count> =>
  vitestRun(['browser'], {
    filters,
    env: { ...throttled, NEARFIELD_CHROMIUM: await browser() },
    // Each file has a page and a storage of its own, and waits for events most of its time.
    workers: availableParallelism(),
  });

const endToEnd = async (): Promise<Count> => {
  const executable = await browser();
  await tarballs();
  await buildDemo();
  const report = join(reports, 'e2e.json');
  const code = await runTool(
    'playwright',
    'playwright',
    ['test', '--config', 'e2e', '--retries=1', ...filters],
    {
      env: {
        ...throttled,
        NEARFIELD_CHROMIUM: executable,
        NEARFIELD_E2E_PORT: String(await freePort()),
        PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      },
    },
  );
  return runnerCount(report, code, playwrightCount);
};

const suites: (Suite & { group: Group })[] = [
  ...SOURCE_CHECKS.map((suite) => ({ ...suite, group: 'checks' as const })),
  { name: 'unit tests', group: 'unit', run: () => unitTestRun(['node', 'node-models'], filters) },
  { name: 'browser tests', group: 'browser', run: browserTests },
  {
    name: 'package build',
    group: 'checks',
    run: async () => {
      await tarballs();
      return checkCount(true);
    },
  },
  {
    name: 'package contents',
    group: 'checks',
    run: async () => checkContents(await tarballs()),
  },
  {
    name: 'package types',
    group: 'checks',
    run: async () => checkTypes(await tarballs()),
  },
  {
    name: 'install sizes',
    group: 'checks',
    run: async () => checkInstallSizes(await tarballs()),
  },
  {
    name: 'types for consumers',
    group: 'checks',
    run: async () => {
      await packages();
      const project = ['--project', 'packages/spec/tsconfig.consumer.json'];
      const results: Count[] = [];
      for (const compiler of ['typescript', 'typescript-oldest']) {
        results.push(checkCount((await runTool(compiler, 'tsc', project)) === 0));
      }
      return total(results);
    },
  },
  {
    name: 'sizes',
    group: 'checks',
    run: async () => {
      await bundleForMeasuring(await packages());
      return checkCount((await runTool('size-limit', 'size-limit', [])) === 0);
    },
  },
  { name: 'end-to-end tests', group: 'e2e', run: endToEnd },
];

const stopBusy = values.busy ? keepBusy() : undefined;
await runSuites(suites.filter(({ group }) => chosen.includes(group)));
stopBusy?.();
await rm(reports, { recursive: true, force: true });
