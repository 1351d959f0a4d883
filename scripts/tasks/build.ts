/** `npm run build [-- --base /path/]`: all packages and the static demo, with their sizes. */
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { buildDemo, buildPackages } from '../packaging/build.ts';
import { fileSizes, sizeTable } from '../packaging/sizes.ts';
import { repository } from '../process.mjs';

const { values } = parseArgs({ options: { base: { type: 'string' } } });

const packages = await buildPackages();
for (const { directory, manifest } of packages) {
  console.log(`\n${manifest.name} ${manifest.version}  →  ${relative(repository, directory)}/dist`);
  console.log(sizeTable(await fileSizes(join(directory, 'dist'), /\.(js|mjs|wasm)$/)));
}
await buildDemo(values.base);
console.log('\ndemo  →  demo/dist');
console.log(sizeTable(await fileSizes(join(repository, 'demo/dist'), /^/)));
