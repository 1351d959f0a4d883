/**
 * `npm run toolchains [-- --only vite-5,next …]`: every recipe of docs/toolchains.md with every toolchain that it
 * names, and the README's quick start from empty folders. `npm test` runs the usual ones.
 */
import { chromium } from 'playwright';
import { taskArguments } from '../../tooling/arguments.ts';
import { ensureBrowser } from '../../tooling/browser.mjs';
import { freePort } from '../../tooling/free-port.ts';
import { runTool } from '../../tooling/process.mjs';
import { buildDemo, buildPackages } from '../packaging/build.ts';
import { packPackages } from '../packaging/pack.ts';

const USAGE = `npm run toolchains -- [options]: docs/toolchains.md with every toolchain, and the README's quick start

Options:
  --only IDS   these toolchains, by their ids in e2e/toolchains/consumers.ts, with commas between; and no quick start`;

const { values } = taskArguments(USAGE, { options: { only: { type: 'string' } } });

const executable = await ensureBrowser(() => chromium.executablePath());
await buildPackages();
await packPackages();
// What the end-to-end tests' server serves.
await buildDemo();
const files = values.only === undefined ? ['toolchains', 'quick-start'] : ['toolchains'];
process.exitCode = await runTool('playwright', 'playwright', ['test', '--config', 'e2e', ...files], {
  env: {
    ...process.env,
    NEARFIELD_CHROMIUM: executable,
    NEARFIELD_E2E_PORT: String(await freePort()),
    NEARFIELD_TOOLCHAINS: values.only ?? 'all',
  },
});
