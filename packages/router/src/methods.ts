import type { CallOptions, SearchFoundation } from '@nearfield/spec';
import type { Asked } from './routing.ts';

/** How the router sees the requests of a method. */
interface Method {
  /** Field that holds the inputs, from which the size of a call is told. */
  inputs?: string;
  /** Whether the answer holds vectors. */
  hasVectors?: (request: Record<string, unknown>) => boolean;
  /** Whether a second place may be asked after a first one failed in the middle. @default true */
  isRepeatable?: boolean;
}

const always = (): boolean => true;

/** The methods that one place answers as a whole. */
const METHODS = {
  embeddings: { inputs: 'input', hasVectors: always },
  multiVector: { inputs: 'input', hasVectors: always },
  rerank: { inputs: 'documents', hasVectors: (request) => request.return_embeddings === true },
  classify: { inputs: 'input' },
  train: { inputs: 'input', isRepeatable: false },
  segment: { inputs: 'content' },
  read: { inputs: 'html' },
  search: {},
  ground: {},
  chat: {},
} satisfies Partial<Record<keyof SearchFoundation, Method>>;

type Call<Answer> = (request: object, options: CallOptions) => Promise<Answer>;

export type RoutedMethod = keyof typeof METHODS;

/** A call of a method as it is routed. @param request not checked yet */
export function askedOf<Answer>(method: RoutedMethod, request: object): Omit<Asked<Answer>, 'options'> {
  const { inputs, hasVectors, isRepeatable = true }: Method = METHODS[method];
  const fields = (request ?? {}) as Record<string, unknown>;
  return {
    method,
    request,
    inputs: inputs === undefined ? undefined : (fields[inputs] ?? undefined),
    isRepeatable,
    hasVectors: hasVectors?.(fields) ?? false,
    run: (foundation, sent: never, how) => (foundation[method] as Call<Answer>).call(foundation, sent, how),
  };
}
