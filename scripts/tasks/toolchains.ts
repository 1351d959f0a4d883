/**
 * `npm run toolchains [-- --only vite-5,example-vue …]`: every recipe of docs/toolchains.md with every toolchain that it
 * names, the folders of examples/ and the guides, the packed packages in Node, TypeScript and the realms of a page, and
 * the README's quick start from empty folders; then one table of them all. `npm test` runs the usual ones.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { taskArguments } from '../../tooling/arguments.ts';
import { ensureBrowser } from '../../tooling/browser.mjs';
import { freePort } from '../../tooling/free-port.ts';
import { runTool } from '../../tooling/process.mjs';
import { buildDemo, buildPackages } from '../packaging/build.ts';
import { packPackages } from '../packaging/pack.ts';
import { type MatrixReport, matrixRows, matrixTable } from '../testing/matrix.ts';

const USAGE = `npm run toolchains -- [options]: docs/toolchains.md with every toolchain, the examples, and the README's quick start

Options:
  --only IDS   these toolchains, by their ids in e2e/toolchains, and examples (example-vue), with commas
               between; and nothing else`;

const { values } = taskArguments(USAGE, { options: { only: { type: 'string' } } });

const executable = await ensureBrowser(() => chromium.executablePath());
await buildPackages();
await packPackages();
// What the end-to-end tests' server serves.
await buildDemo();
const ids = values.only?.split(',');
const isExample = (id: string): boolean => id.startsWith('example-');
const files = ids
  ? [...(ids.every(isExample) ? [] : ['toolchains.spec']), ...(ids.some(isExample) ? ['examples.spec'] : [])]
  : ['toolchains', 'examples', 'realms', 'packed', 'quick-start'];
const reports = await mkdtemp(join(tmpdir(), 'nearfield-toolchains-report-'));
const report = join(reports, 'report.json');
process.exitCode = await runTool('playwright', 'playwright', ['test', '--config', 'e2e', ...files], {
  env: {
    ...process.env,
    NEARFIELD_CHROMIUM: executable,
    NEARFIELD_E2E_PORT: String(await freePort()),
    NEARFIELD_TOOLCHAINS: values.only ?? 'all',
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  },
});
const matrix = JSON.parse(await readFile(report, 'utf8')) as MatrixReport;
console.log(`\n${matrixTable(matrixRows(matrix))}`);
await rm(reports, { recursive: true, force: true });
