/** `npm run build [-- --base /path/]`: all packages and the static demo, with their sizes. */
import { join, relative } from 'node:path';
import { taskArguments, UsageError } from '../../tooling/arguments.ts';
import { repository } from '../../tooling/process.mjs';
import { buildDemo, buildPackages } from '../packaging/build.ts';
import { checkContents, checkInstallSizes, checkTypes } from '../packaging/checks.ts';
import { packPackages } from '../packaging/pack.ts';
import { fileSizes, sizeTable } from '../packaging/sizes.ts';
import { total } from '../testing/counts.ts';

const USAGE = `npm run build -- [options]: builds every package into its dist, and the static demo into demo/dist

Options:
  --base BASE   where the demo will lie: /path/ or https://host/path/
                (default: ./, which does at any address)`;

const { values } = taskArguments(USAGE, { options: { base: { type: 'string' } } }, ({ values: { base } }) => {
  if (base !== undefined && !/^(\.?\/|https?:\/\/[^/]+\/)(.*\/)?$/.test(base)) {
    throw new UsageError(
      `--base takes ./, /path/ or https://host/path/, with a slash at its end; it was given "${base}".`,
    );
  }
});

const packages = await buildPackages();
for (const { directory, manifest } of packages) {
  console.log(`\n${manifest.name} ${manifest.version}  →  ${relative(repository, directory)}/dist`);
  console.log(sizeTable(await fileSizes(join(directory, 'dist'), /\.(js|mjs|wasm)$/)));
}
const tarballs = await packPackages();
console.log('\nInstallations');
const checks = [await checkInstallSizes(tarballs), await checkContents(tarballs), await checkTypes(tarballs)];
if (total(checks).failed > 0) process.exitCode = 1;
await buildDemo(values.base);
console.log('\ndemo  →  demo/dist');
console.log(sizeTable(await fileSizes(join(repository, 'demo/dist'), /^/)));
