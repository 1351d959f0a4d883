import { POLICY_NAME } from './trusted-script.ts';

/** How every bundler, server and policy gets the library's files to the page. */
export const RECIPES = 'https://github.com/nearfield/nearfield/blob/main/docs/toolchains.md';

/** What a page or worker saw its Content-Security-Policy refuse. */
export interface Refusal {
  /** Such as `script-src-elem`. */
  directive: string;
  /** An address, or a word such as `wasm-eval`. */
  blocked: string;
}

/** Why a file of the library cannot be used. */
export interface Fault {
  /** Goes on after the file's address, and says what would help. */
  why: string;
  /** Whether it may be over by itself: a network that is down, a server that is busy. */
  passing: boolean;
}

/** What is expected of a file that {@link faultOf} fetches. */
export interface Expected {
  /** Scripts need their media type, and are not fetched under connect-src. */
  isScript: boolean;
  /** Looks at what came. @param instead says that it is a page, where it is one. */
  inspect(
    response: Response,
    bytes: Uint8Array<ArrayBuffer>,
    instead?: string,
  ): Fault | undefined | Promise<Fault | undefined>;
}

/**
 * Collects what the Content-Security-Policy of this page or worker refuses.
 * @returns the refusals so far, and what stops it.
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
  // Started from a blob, a script of another origin needs both.
  if (url.startsWith('blob:')) return `${directive} 'self' blob:`;
  const { origin } = new URL(url, location.href);
  const source = origin === location.origin ? "'self'" : `'self' ${origin}`;
  const name = directive.replace(/-(elem|attr)$/, '');
  // What loads onnxruntime needs WebAssembly too: one line says all of it.
  return name === 'script-src' ? `script-src ${source} 'wasm-unsafe-eval'` : `${name} ${source}`;
}

/** The fault of a file that the policy refuses. */
export const forbidden = (directive: string, url: string): Fault => ({
  why: `is forbidden by the Content-Security-Policy ${globalThis.document ? 'of this page' : 'that the worker’s script is served with'}: it has to say "${allowingLine(directive, url)}"`,
  passing: false,
});

/** A script that Trusted Types refuse. */
const notTrusted: Fault = {
  why: `is refused by require-trusted-types-for: the Content-Security-Policy has to say "trusted-types ${POLICY_NAME}" too`,
  passing: false,
};

/** Milliseconds in which a file is fetched once more: the call that failed waits for it. */
const PATIENCE = 30_000;

const tooSlow: Fault = { why: `does not come within ${PATIENCE / 1000} seconds`, passing: true };

const isTimeout = (error: unknown): boolean => error instanceof DOMException && error.name === 'TimeoutError';

/** Lets events in that are on their way. */
const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const SCRIPT_TYPE = /^(text|application)\/(x-)?(java|ecma)script$/;

/**
 * Finds out why a file could not be loaded, by fetching it once more, past the HTTP cache: what is wrong there is
 * replaced by what comes.
 *
 * @param url absolute.
 * @returns undefined where nothing is wrong with it now.
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
    // Scripts are not fetched under connect-src: of them nothing more is known.
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
    return isTimeout(error) ? tooSlow : { why: 'is cut off on its way', passing: true };
  }
  const isPage = type === 'text/html' || type === 'application/xhtml+xml';
  const instead = `is not there: its server answers with a page (${type}) instead`;
  if (isScript && isPage) return { why: instead, passing: false };
  if (isScript && !SCRIPT_TYPE.test(type)) {
    const found = type === '' ? 'without a type' : `as ${type}`;
    return {
      why: `is served ${found}; its server has to send it with Content-Type: text/javascript`,
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
