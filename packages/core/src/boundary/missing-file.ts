import { POLICY_NAME } from './trusted-script.ts';

/** Recipes for bundlers, servers and policies. */
export const RECIPES = 'https://github.com/nearfield/nearfield/blob/main/docs/toolchains.md';

/** A refusal by the Content-Security-Policy of a page or worker. */
export interface Refusal {
  /** Such as `script-src-elem`. */
  directive: string;
  /** A URL, or a keyword such as `wasm-eval`. */
  blocked: string;
}

/** The reason why a file of the library cannot be used. */
export interface Fault {
  /** Predicate of a sentence that begins with the file's URL, with advice. */
  why: string;
  /** Whether it may pass by itself: a network that is down, a server that is busy. */
  passing: boolean;
}

/** Requirements on a file that {@link faultOf} fetches. */
export interface Expected {
  /** Scripts need their media type, and connect-src does not apply to them. */
  isScript: boolean;
  /** Checks the response. @param instead the fault if the response is an HTML page. */
  inspect(
    response: Response,
    bytes: Uint8Array<ArrayBuffer>,
    instead?: string,
  ): Fault | undefined | Promise<Fault | undefined>;
}

/**
 * Collects refusals by the Content-Security-Policy of this page or worker.
 * @returns the refusals so far, and a function that stops collecting.
 */
export function watchRefusals(): { refusals: readonly Refusal[]; stop: () => void } {
  const refusals: Refusal[] = [];
  const listen = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent): void => {
    refusals.push({ directive: effectiveDirective, blocked: blockedURI });
  };
  const target: EventTarget = globalThis.document ?? globalThis;
  target.addEventListener('securitypolicyviolation', listen as (event: Event) => void);
  return {
    refusals,
    stop: () => target.removeEventListener('securitypolicyviolation', listen as (event: Event) => void),
  };
}

/** The line of a policy that allows an address, or WebAssembly, under a directive. */
function allowingLine(directive: string, url: string): string {
  const { origin } = new URL(url, location.href);
  const source = origin === location.origin ? "'self'" : `'self' ${origin}`;
  const name = directive.replace(/-(elem|attr)$/, '');
  // A page that loads onnxruntime needs WebAssembly too, so one line allows both.
  return name === 'script-src' ? `script-src ${source} 'wasm-unsafe-eval'` : `${name} ${source}`;
}

/** The fault of a file that the policy refuses. */
export const forbidden = (directive: string, url: string): Fault => ({
  why: `is forbidden by the Content-Security-Policy ${globalThis.document ? 'of this page' : 'that the worker’s script is served with'}: it must contain "${allowingLine(directive, url)}"`,
  passing: false,
});

/** A script that Trusted Types refuse. */
const notTrusted: Fault = {
  why: `is refused by require-trusted-types-for: the Content-Security-Policy has to say "trusted-types ${POLICY_NAME}" too`,
  passing: false,
};

/** Milliseconds for fetching a file once more, while the failed call waits. */
const PATIENCE = 30_000;

const tooSlow: Fault = { why: `does not arrive within ${PATIENCE / 1000} seconds`, passing: true };

const isTimeout = (error: unknown): boolean => error instanceof DOMException && error.name === 'TimeoutError';

/** Lets pending events in. */
const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const SCRIPT_TYPE = /^(text|application)\/(x-)?(java|ecma)script$/;

/**
 * Finds out why a file could not be loaded by fetching it again, past the HTTP cache: a bad cache entry is replaced by
 * the new response.
 *
 * @param url absolute.
 * @returns undefined if nothing is wrong with it now.
 */
export async function faultOf(
  url: string,
  { isScript, inspect }: Expected,
  refusals: readonly Refusal[],
): Promise<Fault | undefined> {
  await nextTask();
  const refusal = refusals.find(({ blocked }) => blocked === url);
  if (refusal) return forbidden(refusal.directive, url);
  if (isScript && refusals.some(({ directive }) => directive === 'require-trusted-types-for'))
    return notTrusted;
  let response: Response;
  try {
    response = await fetch(url, {
      cache: 'reload',
      credentials: 'same-origin',
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    if (isTimeout(error)) return tooSlow;
    await nextTask();
    const refused = refusals.find(({ blocked }) => blocked === url);
    // connect-src does not apply to scripts: nothing more can be found out about them.
    if (refused) return isScript ? undefined : forbidden(refused.directive, url);
    return { why: `cannot be fetched: ${whyUnreachable(url)}`, passing: true };
  }
  const { status, headers } = response;
  if (!response.ok) {
    await response.body?.cancel().catch(() => {});
    const passing = status >= 500 || status === 408 || status === 429;
    const advice = passing
      ? ''
      : '; "npx nearfield copy DIR" puts the library’s files where a bundler does not, and a page that is older than its files has to be loaded again';
    return { why: `cannot be fetched: its server answers with status ${status}${advice}`, passing };
  }
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    return isTimeout(error) ? tooSlow : { why: 'is cut off in transit', passing: true };
  }
  const isPage = type === 'text/html' || type === 'application/xhtml+xml';
  const instead = `does not exist: its server answers with a page (${type}) instead`;
  if (isScript && isPage) return { why: instead, passing: false };
  if (isScript && !SCRIPT_TYPE.test(type)) {
    const found = type === '' ? 'without a type' : `as ${type}`;
    return {
      why: `is served ${found}; its server must send it with Content-Type: text/javascript`,
      passing: false,
    };
  }
  return inspect(response, bytes, isPage ? instead : undefined);
}

function whyUnreachable(url: string): string {
  if (navigator.onLine === false) return 'this browser is offline';
  const { origin } = new URL(url);
  return origin === location.origin
    ? 'its server does not answer'
    : `${origin} does not answer, or does not allow this page to read it (CORS)`;
}

/** A worker's script on another origin: it is imported by a blob, which has the page's own headers and policy. */
export const FOREIGN_WORKER_SCRIPT: Expected = {
  isScript: true,
  inspect: ({ url }) => ({
    why: `is not imported from another origin: the Content-Security-Policy of this page, if it has one, has to say "worker-src 'self' blob: ${new URL(url).origin}"`,
    passing: false,
  }),
};

/** The script of a worker, of the library or of one of its threads. */
export const WORKER_SCRIPT: Expected = {
  isScript: true,
  inspect: ({ headers }) => {
    if (!globalThis.crossOriginIsolated || headers.has('cross-origin-embedder-policy')) return undefined;
    return {
      why: 'is served without the header "Cross-Origin-Embedder-Policy: require-corp", which workers of a cross-origin isolated page need',
      passing: false,
    };
  },
};
