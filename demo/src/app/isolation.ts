/** Headers that make pages cross-origin isolated, so that wasm has threads on hosts that let nobody set headers. */
const OPENER = 'Cross-Origin-Opener-Policy';
const EMBEDDER = 'Cross-Origin-Embedder-Policy';
const RESOURCE = 'Cross-Origin-Resource-Policy';

interface Brand {
  readonly brand: string;
  readonly version: string;
}

/** Chromium knows `credentialless` since this version. */
const CREDENTIALLESS_SINCE = 96;

/**
 * The embedder policy that this browser knows. A value that it does not know counts as none, so `credentialless`, which
 * lets in what other sites open to nobody in particular, is for Chromium alone. Requests with CORS pass under both.
 * @param brands of `navigator.userAgentData`, which only Chromium has
 */
export function embedderPolicy(brands: readonly Brand[] = ownBrands()): 'credentialless' | 'require-corp' {
  const chromium = brands.find(({ brand }) => brand === 'Chromium');
  return Number(chromium?.version) >= CREDENTIALLESS_SINCE ? 'credentialless' : 'require-corp';
}

const ownBrands = (): readonly Brand[] =>
  (navigator as Navigator & { userAgentData?: { brands: readonly Brand[] } }).userAgentData?.brands ?? [];

/** The same response with the headers of isolation. Those that the host has set stay as they are. */
export function isolated(response: Response, policy = embedderPolicy()): Response {
  const headers = new Headers(response.headers);
  const add = (name: string, value: string): void => {
    if (!headers.has(name)) headers.set(name, value);
  };
  add(OPENER, 'same-origin');
  add(EMBEDDER, policy);
  add(RESOURCE, 'same-origin');
  const { body, status, statusText } = response;
  return new Response(body, { status, statusText, headers });
}
