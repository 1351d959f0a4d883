// Finds a Chromium for the tests. Order: an explicit path, Playwright's own download, a system Chromium.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const SYSTEM_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

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
