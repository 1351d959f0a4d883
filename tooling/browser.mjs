// Finds a Chromium for the tests. Order: an explicit path, Playwright's own download, a system Chromium.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, runTool } from './process.mjs';

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const SYSTEM_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Flags with which a headless Chromium has WebGPU, computed in software, alike on every machine. */
export const CHROMIUM_ARGUMENTS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** @param {string} path */
function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The path of a Chromium that tests can start, or undefined.
 * `NEARFIELD_CHROMIUM` names one explicitly; a path that does not exist is an error, not a fallback.
 * @param {() => string | undefined} [playwrightPath] where Playwright would keep its own download
 * @returns {string | undefined}
 */
export function findBrowser(playwrightPath = () => undefined) {
  const explicit = process.env.NEARFIELD_CHROMIUM;
  if (explicit) {
    if (executable(explicit)) return explicit;
    throw new Error(
      `NEARFIELD_CHROMIUM is set to ${explicit}, which is not an executable file. Correct or unset it.`,
    );
  }
  const own = playwrightPath();
  if (own && executable(own)) return own;
  for (const directory of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of SYSTEM_NAMES) {
      const path = join(directory, name);
      if (directory && executable(path)) return path;
    }
  }
  return SYSTEM_PLACES.find(executable);
}

/**
 * Like {@link findBrowser}, and gets a browser when there is none that starts: Playwright's own, else, as root
 * on a system with apt, the distribution's `chromium`.
 * @param {() => string | undefined} playwrightPath
 * @param {ReadonlyArray<() => Promise<unknown>>} [attempts] ways to get one, tried in order until one is found
 * @returns {Promise<string>}
 * @throws {Error} with what to do, when none can be had
 */
export async function ensureBrowser(playwrightPath, attempts = [downloadBrowser, installDebianBrowser]) {
  /** @type {string | undefined} */
  let broken;
  for (const attempt of [undefined, ...attempts]) {
    if (attempt) await attempt();
    // A download that does not start, for want of a system library, must not hide the system's own browser.
    for (const candidate of new Set([findBrowser(playwrightPath), findBrowser()])) {
      if (candidate && (await starts(candidate))) return candidate;
      broken ??= candidate;
    }
  }
  throw new Error(
    [
      broken
        ? `${broken} does not start, and no other Chromium could be installed. One of these helps:`
        : 'No Chromium was found and none could be installed. One of these helps:',
      '  npx playwright install --with-deps chromium   (needs network access, and root for system libraries)',
      "  install Chromium or Chrome with the system's package manager",
      '  NEARFIELD_CHROMIUM=/path/to/chromium npm test',
    ].join('\n'),
  );
}

/**
 * Whether a browser's file can be run at all: on Linux it often lacks shared libraries.
 * @param {string} path
 */
async function starts(path) {
  // Elsewhere `--version` may open a window, and the libraries come with the browser.
  if (process.platform !== 'linux') return true;
  return (await run(path, ['--version'], { stdio: 'ignore' }).catch(() => 1)) === 0;
}

async function downloadBrowser() {
  console.error("No browser found: trying Playwright's download …");
  // The browser needs system libraries too, which only root can install.
  const withLibraries = process.platform === 'linux' && process.getuid?.() === 0 ? ['--with-deps'] : [];
  const stdio = /** @type {const} */ (['ignore', 2, 2]);
  const code = await runTool('playwright', 'playwright', ['install', ...withLibraries, 'chromium'], {
    stdio: [...stdio],
  });
  if (code !== 0 && withLibraries.length > 0) {
    await runTool('playwright', 'playwright', ['install', 'chromium'], { stdio: [...stdio] });
  }
}

async function installDebianBrowser() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !executable('/usr/bin/apt-get')) return;
  console.error('No browser found: trying the system package chromium …');
  /** @type {import('./process.mjs').RunOptions} */
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  await run('apt-get', ['update'], options);
  await run('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], options);
}
