/** The builds that tasks and tests share. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { repository } from '../../tooling/process.mjs';
import { bundleSearchElement } from '../../tooling/search-element.ts';
import { buildEmbeddedModel } from '../embedded-model.ts';
import { buildSampleIndex } from '../sample-index.ts';
import { bundlePackage } from './bundle.ts';
import { writeDeclarations } from './declarations.ts';
import { fillModelFolders } from './model-folders.ts';
import { bundledPackages, noticesText } from './notices.ts';
import { type Package, publishablePackages } from './packages.ts';

/** Builds the `dist` folders of the publishable packages. */
export async function buildPackages(): Promise<Package[]> {
  const packages = await publishablePackages();
  await fillModelFolders(packages);
  for (const pack of packages) await bundlePackage(pack);
  await writeDeclarations(packages);
  await buildStandaloneElement();
  return packages;
}

/** `<nearfield-search>` complete in itself, for pages without a bundler, into `packages/search/dist/standalone`. */
async function buildStandaloneElement(): Promise<void> {
  const directory = join(repository, 'packages/search/dist/standalone');
  await rm(directory, { recursive: true, force: true });
  const bundled = await bundledPackages(await bundleSearchElement(directory));
  await writeFile(join(directory, 'THIRD-PARTY-LICENSES.txt'), noticesText('@nearfield/search', bundled));
}

/**
 * Builds the static demo, with the embedded models and the index of its sample, into `demo/dist`.
 * @param base the address below which it will be served. Default: any.
 */
export async function buildDemo(base?: string): Promise<void> {
  await buildSampleIndex(await buildEmbeddedModel());
  await build({
    configFile: `${repository}/vite.config.ts`,
    ...(base !== undefined && { base }),
    logLevel: 'warn',
  });
}
