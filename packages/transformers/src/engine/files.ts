/** Files of models: always from where the caller has them. */
import { FoundationError } from '@nearfield/spec';
import type { TransformersModel } from '../models.ts';
import type { Library } from './library.ts';

/** A host that does not exist: addresses on it are names of files, which only `fetchFiles` reads. */
const NOWHERE = 'https://models.invalid/';

/** Ids that the library takes; those of callers may be any text. */
const keyOf = (index: number): string => `model-${index}`;

export interface ModelFiles {
  /** The library's name of a model. */
  keyOf(model: TransformersModel): string;
}

const notAFile = (url: string): FoundationError =>
  new FoundationError({
    code: 'DOWNLOAD_FAILED',
    message: `${url} is not a file of a model that this foundation was made with; nothing else is requested.`,
    retryable: false,
  });

/** Turns off every place in which the library looks for files by itself. */
function lookNowhere({ env }: Library): void {
  env.allowLocalModels = false;
  env.allowRemoteModels = false;
  env.useFSCache = false;
  env.useWasmCache = false;
  // The browser's own cache follows the server's headers; a copy under an invented address would outlive its source.
  env.useBrowserCache = false;
  env.fetch = async (url: string | URL): Promise<Response> => {
    throw notAFile(String(url));
  };
}

/**
 * Makes the library read models from servers by their addresses, and from nowhere else: no hub, no content delivery
 * network.
 *
 * @param models with absolute sources
 * @param fetchFile reads a file by its address
 */
export function filesOfServers(
  library: Library,
  models: readonly TransformersModel[],
  fetchFile: (address: string, init?: RequestInit) => Promise<Response>,
): ModelFiles {
  lookNowhere(library);
  const { env } = library;
  env.allowRemoteModels = true;
  env.remoteHost = NOWHERE;
  env.remotePathTemplate = '{model}/';
  env.fetch = async (address: string | URL, init?: RequestInit): Promise<Response> => {
    const url = String(address);
    const [key, ...path] = url.startsWith(NOWHERE) ? url.slice(NOWHERE.length).split('/') : [];
    const model = models.find((_, index) => keyOf(index) === key);
    if (!model) throw notAFile(url);
    return fetchFile(`${model.source.replace(/\/$/, '')}/${path.join('/')}`, init);
  };
  return { keyOf: (model) => keyOf(models.indexOf(model)) };
}

/** Makes the library read models from folders, and from nowhere else. @param models with absolute paths as sources */
export function filesOfFolders(library: Library): ModelFiles {
  lookNowhere(library);
  library.env.allowLocalModels = true;
  library.env.useFS = true;
  return { keyOf: ({ source }) => source };
}

/** A file of a page's server. @throws FoundationError DOWNLOAD_FAILED if the server cannot be reached, or answers a page */
export async function fetchFromServer(address: string, init?: RequestInit): Promise<Response> {
  const failed = (why: string, status: number | undefined, cause?: unknown): FoundationError =>
    new FoundationError({
      code: 'DOWNLOAD_FAILED',
      message: `${address} cannot be downloaded: ${why}`,
      status: 502,
      // What does not exist will not exist at the next try.
      retryable: status === undefined || status >= 500 || status === 429,
      cause,
    });
  let response: Response;
  try {
    response = await fetch(address, init);
  } catch (error) {
    throw failed(error instanceof Error ? error.message : String(error), undefined, error);
  }
  // The library tries files that a model need not have, and reads 404 as that.
  if (!response.ok && response.status !== 404) {
    throw failed(`the server answered ${response.status} ${response.statusText}`.trim(), response.status);
  }
  if (response.ok && response.headers.get('content-type')?.startsWith('text/html')) {
    return new Response(null, { status: 404, statusText: 'a page was answered instead of a file' });
  }
  return response;
}
