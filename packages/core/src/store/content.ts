import { inBrowser } from '../environment.ts';
import { downloadFailed } from './errors.ts';

const isPagePath = (path: string): boolean => /\.html?$/i.test(path);

/** Whether a response says that it is a web page although the file is not one: an error page, a login form. */
export const isPageInstead = (path: string, contentType: string | null | undefined): boolean =>
  /^\s*(text\/html|application\/xhtml)/i.test(contentType ?? '') && !isPagePath(path);

/** In a page a server may be named by a path alone; in Node that is a directory. */
const isServer = (origin: string): boolean =>
  /^https?:/i.test(origin) || (inBrowser() && /^[./]/.test(origin));

/**
 * Looks at a file's first bytes for what is sent in place of model files: an HTML page, or the pointer that
 * git leaves where large-file storage was not fetched.
 * @param origin where they are from: an address, a directory, or chosen files
 * @throws FoundationError DOWNLOAD_FAILED, retryable for a page (captive portals and overloaded hosts pass).
 */
export function checkFirstBytes(path: string, bytes: Uint8Array, origin: string): void {
  const start = new TextDecoder().decode(bytes.subarray(0, 256)).trimStart().toLowerCase();
  if (!isPagePath(path) && (start.startsWith('<!doctype html') || start.startsWith('<html'))) {
    throw isServer(origin) ? pageInstead(path, origin) : pageSaved(path, origin);
  }
  if (start.startsWith('version https://git-lfs.github.com/spec/')) {
    throw downloadFailed(
      `${origin} has a Git LFS pointer in place of ${path}. Run "git lfs pull" where the files are and try again.`,
      { retryable: false },
    );
  }
}

export const pageInstead = (path: string, origin: string): Error =>
  downloadFailed(
    `${origin} answered with a web page instead of ${path}. Check the address; on a public network, sign in first.`,
  );

/** A page where no server answered: in a directory, or among chosen files. */
const pageSaved = (path: string, place: string): Error =>
  downloadFailed(`${path} in ${place} is a web page and not the file. Download it again and replace it.`, {
    retryable: false,
  });
