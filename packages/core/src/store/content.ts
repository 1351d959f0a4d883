import { inBrowser } from '../environment.ts';
import { downloadFailed } from './errors.ts';

const isPagePath = (path: string): boolean => /\.html?$/i.test(path);

/** Whether a response is a web page although the file is not one: an error page, a login form. */
export const isPageInstead = (path: string, contentType: string | null | undefined): boolean =>
  /^\s*(text\/html|application\/xhtml)/i.test(contentType ?? '') && !isPagePath(path);

/** In a page, a path alone names a server; in Node, a directory. */
const isServer = (origin: string): boolean =>
  /^https?:/i.test(origin) || (inBrowser() && /^[./]/.test(origin));

/**
 * Checks a file's first bytes for content that is sent in place of model files: an HTML page, or the pointer that git
 * leaves if large-file storage was not fetched.
 * @param origin of the bytes: a URL, a directory, or chosen files
 * @throws FoundationError DOWNLOAD_FAILED, retryable for a page (captive portals and overloaded hosts pass).
 */
export function checkFirstBytes(path: string, bytes: Uint8Array, origin: string): void {
  const start = new TextDecoder().decode(bytes.subarray(0, 256)).trimStart().toLowerCase();
  if (!isPagePath(path) && (start.startsWith('<!doctype html') || start.startsWith('<html'))) {
    throw isServer(origin) ? pageInstead(path, origin) : pageSaved(path, origin);
  }
  if (start.startsWith('version https://git-lfs.github.com/spec/')) {
    throw downloadFailed(
      `${origin} has a Git LFS pointer in place of ${path}. Run "git lfs pull" in the files' repository and try again.`,
      { retryable: false },
    );
  }
}

export const pageInstead = (path: string, origin: string): Error =>
  downloadFailed(
    `${origin} answered with a web page instead of ${path}. Check the address; on a public network, sign in first.`,
  );

/** The error for a page without a server: in a directory, or among chosen files. */
const pageSaved = (path: string, place: string): Error =>
  downloadFailed(`${path} in ${place} is a web page and not the file. Download it again and replace it.`, {
    retryable: false,
  });
