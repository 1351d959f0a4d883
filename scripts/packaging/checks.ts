/** What a packed package must be before anybody installs it. */
import { runTool } from '../../tooling/process.mjs';
import { type Count, checkCount, total } from '../testing/counts.ts';
import { installSizes, installTable, overBudget } from './install-sizes.ts';
import type { Manifest } from './packages.ts';
import { tarballFiles } from './tarball.ts';

/** publint: the fields of `package.json` and the files that they name. */
export async function checkContents(tarballs: readonly string[]): Promise<Count> {
  const results: Count[] = [];
  for (const tarball of tarballs) {
    results.push(checkCount((await runTool('publint', 'publint', ['run', tarball, '--strict'])) === 0));
    const problems = missing(await tarballFiles(tarball));
    for (const problem of problems) console.error(problem);
    results.push(checkCount(problems.length === 0));
  }
  return total(results);
}

/** What the first page of a package on a registry is made of, where it is not there. */
function missing({ manifest, paths }: { manifest: Manifest; paths: readonly string[] }): string[] {
  const { name } = manifest;
  const fields = ['description', 'keywords', 'homepage', 'bugs', 'repository', 'license'] as const;
  return [
    ...fields.filter((field) => !manifest[field]).map((field) => `${name}: package.json has no ${field}`),
    ...['README.md', 'LICENSE']
      .filter((file) => !paths.includes(file))
      .map((file) => `${name}: ${file} is not in the tarball`),
    ...paths.filter((path) => /(^|\/)\.|training\//.test(path)).map((path) => `${name}: ${path} is packed`),
  ];
}

/** attw: what TypeScript finds behind every entry. */
export async function checkTypes(tarballs: readonly string[]): Promise<Count> {
  const results: Count[] = [];
  for (const tarball of tarballs) {
    const args = [tarball, '--no-summary', '--profile', 'esm-only', '--no-emoji'];
    // Files to be started as workers, or compiled by a host.
    const workers = ['--exclude-entrypoints', 'worker-wasm', 'worker-webgpu', 'encoder.wasm'];
    results.push(checkCount((await runTool('@arethetypeswrong/cli', 'attw', [...args, ...workers])) === 0));
  }
  return total(results);
}

/** The weight of installations, printed and held to their budgets. */
export async function checkInstallSizes(tarballs: readonly string[]): Promise<Count> {
  const sizes = await installSizes(tarballs);
  console.log(installTable(sizes));
  const over = overBudget(sizes);
  for (const line of over) console.error(line);
  return checkCount(over.length === 0);
}
