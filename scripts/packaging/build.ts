/** The builds that tasks and tests share. */
import { build } from 'vite';
import { repository } from '../../tooling/process.mjs';
import { buildEmbeddedModel } from '../embedded-model.ts';
import { bundlePackage } from './bundle.ts';
import { writeDeclarations } from './declarations.ts';
import { fillModelFolders } from './model-folders.ts';
import { type Package, publishablePackages } from './packages.ts';

/** Builds the `dist` folders of the publishable packages. */
export async function buildPackages(): Promise<Package[]> {
  const packages = await publishablePackages();
  await fillModelFolders(packages);
  for (const pack of packages) await bundlePackage(pack);
  await writeDeclarations(packages);
  return packages;
}

/**
 * Builds the static demo, with the embedded model, into `demo/dist`.
 * @param base the address below which it will be served. Default: any.
 */
export async function buildDemo(base?: string): Promise<void> {
  await buildEmbeddedModel();
  await build({
    configFile: `${repository}/vite.config.ts`,
    ...(base !== undefined && { base }),
    logLevel: 'warn',
  });
}
