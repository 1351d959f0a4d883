/** Makes what a page loads of each library, as an application's bundler would: minified, with its dependencies. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { repository } from '../../tooling/process.mjs';
import { bundleSearchElement } from '../../tooling/search-element.ts';
import type { Package } from './packages.ts';

/** Folder in which {@link bundleForMeasuring} puts `<package>.js` and `search-element`; the budgets in `.size-limit.js` read it. */
const measuredDirectory = join(repository, 'node_modules/.cache/nearfield/sizes');

/** What a page imports only when it needs it, such as a language's stemmer, is no part of what it downloads first. */
const withoutLaterImports: Plugin = {
  name: 'nearfield:without-later-imports',
  resolveDynamicImport: (specifier) =>
    typeof specifier === 'string' ? { id: specifier, external: true } : null,
};

/** Packages that a page has beside others of the contract: also measured without it. */
const BESIDE_SPEC = ['remote', 'router'];

/** Bundles the main entry of a built package, without what matches `external`. */
async function measure(directory: string, name: string, external?: RegExp): Promise<void> {
  const bundle = await rolldown({
    input: join(directory, 'dist/index.js'),
    platform: 'browser',
    // The workspace's packages as consumers see them: built.
    resolve: { conditionNames: ['browser', 'import', 'module', 'default'] },
    plugins: [withoutLaterImports],
    ...(external && { external }),
  });
  await bundle.write({
    file: join(measuredDirectory, `${name}.js`),
    format: 'esm',
    minify: true,
    codeSplitting: false,
  });
  await bundle.close();
}

/** Bundles the main entry of built packages, such as `@nearfield/spec` into `spec.js`. */
export async function bundleForMeasuring(packages: readonly Package[]): Promise<void> {
  await rm(measuredDirectory, { recursive: true, force: true });
  await mkdir(measuredDirectory, { recursive: true });
  for (const { directory, manifest } of packages) {
    // A command is no library, and of a model a page loads the files alone.
    if (!manifest.exports?.['.'] || manifest.nearfield?.model) continue;
    const name = manifest.name.replace(/^.*\//, '');
    await measure(directory, name);
    if (BESIDE_SPEC.includes(name)) await measure(directory, `${name}-beside-spec`, /^@nearfield\/spec/);
  }
  await bundleSearchElement(join(measuredDirectory, 'search-element'));
}
