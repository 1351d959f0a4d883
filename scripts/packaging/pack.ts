/** Packs the publishable packages the way they are published: as pnpm does, which writes real versions into them. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packedDirectory } from '../../tooling/packed-directory.ts';
import { npx } from '../../tooling/process.mjs';
import { pinnedPnpm } from '../install.mjs';
import { publishablePackages } from './packages.ts';

/** Packs what is built into {@link packedDirectory}. Gives the tarballs' absolute paths. */
export async function packPackages(): Promise<string[]> {
  await rm(packedDirectory, { recursive: true, force: true });
  await mkdir(packedDirectory, { recursive: true });
  const filters = (await publishablePackages()).flatMap(({ manifest }) => ['--filter', manifest.name]);
  const code = await npx(pinnedPnpm(), [
    ...filters,
    '--silent',
    'pack',
    '--pack-destination',
    packedDirectory,
  ]);
  if (code !== 0) throw new Error(`Packing failed: pnpm ended with code ${code}`);
  return (await readdir(packedDirectory)).sort().map((name) => join(packedDirectory, name));
}
