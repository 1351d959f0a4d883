/** Who may call, decided before a handler has the request. */
import { requireKey } from './auth.ts';
import { checkHandlerOptions, EXPOSED_HEADERS, type HandlerOptions } from './handler.ts';

/** Options that decide who may call. */
export type CallerOptions = Pick<HandlerOptions, 'apiKeys' | 'cors' | 'allowedHosts'>;

interface Callers {
  /** @throws FoundationError for a request that the handler would refuse for its caller */
  require(request: Request): Promise<void>;
  /** An answer that the pages which may call can read. */
  withCors(response: Response, request: Request): Response;
}

/** @param options undefined: everybody may call */
export function callersOf(options: CallerOptions | undefined): Callers {
  if (!options) return { require: async () => {}, withCors: (response) => response };
  const { apiKeys, origins, access } = checkHandlerOptions(options);
  const isOpen = origins.includes('*');
  return {
    async require(request) {
      if (apiKeys === undefined) access.requireOrigin(request);
      if (apiKeys === undefined || options.allowedHosts !== undefined) access.requireHost(request);
      if (apiKeys !== undefined) await requireKey(request.headers.get('Authorization') ?? undefined, apiKeys);
    },
    withCors(response, { headers }) {
      if (origins.length === 0) return response;
      const origin = headers.get('Origin');
      if (!isOpen) response.headers.append('Vary', 'Origin');
      if (isOpen || (origin !== null && origins.includes(origin))) {
        response.headers.set('Access-Control-Allow-Origin', isOpen ? '*' : (origin ?? ''));
        response.headers.set('Access-Control-Expose-Headers', EXPOSED_HEADERS.join(','));
      }
      return response;
    },
  };
}
