// Starting child processes: tasks, tools, npm.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Absolute path of the repository. */
export const repository = fileURLToPath(new URL('..', import.meta.url));

const require = createRequire(import.meta.url);

/**
 * @typedef {object} RunOptions
 * @property {import('node:child_process').StdioOptions} [stdio] default: our own
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [cwd] default: the repository
 * @property {boolean} [shell]
 */

/**
 * Runs a program and waits for its end. Signals that would end us are passed on to it.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>} the exit code; 128 when a signal ended it
 */
export function run(
  command,
  args,
  { stdio = 'inherit', env = process.env, cwd = repository, shell = false } = {},
) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio, env, cwd, shell });
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    const release = () => process.off('SIGINT', forward).off('SIGTERM', forward);
    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('close', (code) => {
      release();
      resolve(code ?? 128);
    });
  });
}

/** Arguments with which Node runs TypeScript and resolves the workspace packages to their sources. */
function sourceArguments() {
  return ['--conditions=@nearfield/source', '--import', pathToFileURL(require.resolve('tsx')).href];
}

/**
 * Runs a TypeScript file.
 * @param {string} file relative to the repository
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function runSource(file, args, options) {
  return run(process.execPath, [...sourceArguments(), join(repository, file), ...args], options);
}

/**
 * Runs the command of an installed package, without a shell and so alike on every system.
 * @param {string} name package name
 * @param {string} bin the name of its command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function runTool(name, bin, args, options) {
  const manifestPath = packageFile(name, 'package.json');
  /** @type {{ bin: string | Record<string, string> }} */
  const manifest = require(manifestPath);
  const file = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[bin];
  if (!file) throw new Error(`${name} has no command ${bin}`);
  return run(process.execPath, [join(dirname(manifestPath), file), ...args], options);
}

/**
 * Where a file of an installed package lies, also when the package does not export it.
 * @param {string} name package name
 * @param {string} path inside the package
 */
function packageFile(name, path) {
  return join(repository, 'node_modules', name, path);
}

/**
 * Runs a command of a package from the registry, as `npx` does, quietly: what it prints goes to our standard
 * error, because the standard output belongs to the task.
 * @param {string} specifier such as `pnpm@1.2.3`
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function npx(specifier, args, { env = process.env, ...options } = {}) {
  const quiet = { ...env };
  // `npm run --silent` would also silence the reason of a failed installation.
  delete quiet.npm_config_loglevel;
  const npm = process.env.npm_execpath;
  /** @type {RunOptions} */
  const full = { stdio: ['ignore', 2, 2], env: quiet, ...options };
  // npm passes its own path to its scripts: then no shell is needed, as Windows' npx.cmd would be.
  return npm?.endsWith('npm-cli.js')
    ? run(process.execPath, [npm, 'exec', '--yes', '--', specifier, ...args], full)
    : run('npx', ['--yes', specifier, ...args], { shell: process.platform === 'win32', ...full });
}
