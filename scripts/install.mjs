// Installs the dependencies with the pinned pnpm, but only when what they depend on has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npx, repository } from '../tooling/process.mjs';

/** The fields of a package.json that an installation depends on. */
const INSTALL_FIELDS = [
  'name',
  'packageManager',
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
];

/** @typedef {Record<string, unknown> & { packageManager?: string }} Manifest */

/**
 * @param {string} path
 * @returns {Manifest}
 */
const readManifest = (path) => JSON.parse(readFileSync(path, 'utf8'));

/**
 * Folders of the workspace that have a package.json, relative to the root; the root itself is `.`.
 * @param {string} root
 */
function workspaceFolders(root) {
  const below = (/** @type {string} */ folder) => {
    const path = join(root, folder);
    return existsSync(path) ? readdirSync(path).map((name) => `${folder}/${name}`) : [];
  };
  return ['.', ...below('packages').sort(), ...below('packages/models').sort(), 'demo', 'e2e'].filter(
    (folder) => existsSync(join(root, folder, 'package.json')),
  );
}

/**
 * A hash of everything that decides what an installation holds.
 * @param {string} root
 * @param {string} [platform] native packages differ by it
 */
export function installFingerprint(
  root,
  platform = `${process.platform}-${process.arch}-${process.versions.modules}`,
) {
  const hash = createHash('sha256').update(platform);
  for (const name of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) {
    const path = join(root, name);
    hash.update(`\0${name}\0`).update(existsSync(path) ? readFileSync(path) : '');
  }
  for (const folder of workspaceFolders(root)) {
    const manifest = readManifest(join(root, folder, 'package.json'));
    hash
      .update(`\0${folder}\0`)
      .update(JSON.stringify(INSTALL_FIELDS.map((field) => manifest[field] ?? null)));
  }
  return hash.digest('hex');
}

/** @param {string} root */
const stampPath = (root) => join(root, 'node_modules/.cache/nearfield/install.sha256');

/**
 * Whether the installed packages are those that the lockfile asks for.
 * @param {string} root
 * @param {string} fingerprint
 */
function isInstalled(root, fingerprint) {
  const path = stampPath(root);
  if (!existsSync(path) || readFileSync(path, 'utf8') !== fingerprint) return false;
  // The stamp lies in the root's node_modules; a member's may have been deleted on its own.
  return workspaceFolders(root).every((folder) => {
    const { dependencies = {}, devDependencies = {} } = readManifest(join(root, folder, 'package.json'));
    const wanted = Object.keys({
      .../** @type {object} */ (dependencies),
      .../** @type {object} */ (devDependencies),
    });
    return wanted.every((name) => existsSync(join(root, folder, 'node_modules', name, 'package.json')));
  });
}

/** The `packageManager` field, such as `pnpm@1.2.3`, without a hash. */
export function pinnedPnpm(root = repository) {
  const specifier = readManifest(join(root, 'package.json')).packageManager?.split('+')[0];
  if (!specifier || !/^pnpm@\d+\.\d+\.\d+$/.test(specifier)) {
    throw new Error('package.json: "packageManager" must name one version of pnpm, such as "pnpm@12.0.0"');
  }
  return specifier;
}

/**
 * Installs if needed. Does not touch the network, and starts nothing, when everything is in place.
 * @param {{ root?: string, runPnpm?: (specifier: string, args: string[], options: object) => Promise<number> }} [options]
 * @returns {Promise<boolean>} whether it installed
 * @throws {Error} with what to do, when the installation fails
 */
export async function install({ root = repository, runPnpm = npx } = {}) {
  const fingerprint = installFingerprint(root);
  if (isInstalled(root, fingerprint)) return false;
  const pnpm = pinnedPnpm(root);
  console.error(`Installing dependencies with ${pnpm} …`);
  const stamp = stampPath(root);
  // An interrupted installation must not look complete.
  rmSync(stamp, { force: true });
  const code = await runPnpm(pnpm, ['install', '--frozen-lockfile'], {
    cwd: root,
    // The script of onnxruntime-node fetches GPU libraries that nothing here uses.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', CI: process.env.CI ?? 'true' },
  });
  if (code !== 0) {
    throw new Error(
      [
        `Installing the dependencies failed (${pnpm} ended with code ${code}).`,
        "If the reason above is the network: the first start needs the npm registry; npm's proxy and registry settings apply.",
        `If the lockfile is out of date: npx ${pnpm} install`,
      ].join('\n'),
    );
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, fingerprint);
  return true;
}
