/** Every method of the contract as the playground calls it: its request's schema, and the call. */
import type { CallOptions, Endpoint, SearchFoundation } from '@nearfield/spec';
import {
  BatchRequestSchema,
  ChatRequestSchema,
  ClassifyRequestSchema,
  EmbeddingsRequestSchema,
  ExportedClassifierSchema,
  FOUNDATION_METHODS,
  type FoundationMethod,
  GroundRequestSchema,
  MultiVectorRequestSchema,
  ReadRequestSchema,
  RerankRequestSchema,
  SearchRequestSchema,
  SegmentRequestSchema,
  TrainRequestSchema,
} from '@nearfield/spec/implement';
import * as v from 'valibot';

/** A request as JSON has it. */
export type JsonRequest = Readonly<Record<string, unknown>>;

/** One call of the contract. */
export interface Operation {
  /** As in code, and in the page's address: `embeddings`, `batches.create`. */
  name: string;
  /** The method that `capabilities()` reports on. */
  method: FoundationMethod;
  schema: v.GenericSchema;
  /** Endpoint that a model has to take. */
  endpoint?: Endpoint;
  /** Name of the interface whose docstrings describe the fields. */
  describedBy?: string;
  /** Arguments of the call in code, in order; the request itself where absent. */
  args?: (request: JsonRequest) => unknown[];
  /** Whether answers come one by one, and are collected. */
  streams?: boolean;
  /** Whether an implementation may lack this one call of a method that it has. */
  isOptional?: boolean;
}

/** Lines of a job that are collected, of perhaps millions. */
const MOST_LINES = 200;

const identified = (name: string): v.GenericSchema =>
  v.looseObject({
    [name]: v.pipe(v.string(`${name} must be a string.`), v.trim(), v.nonEmpty(`${name} cannot be empty.`)),
  });
const nothing: v.GenericSchema = v.looseObject({});
const byId = (name: string): Pick<Operation, 'schema' | 'args'> => ({
  schema: identified(name),
  args: (request) => [request[name]],
});
const withoutArguments: Pick<Operation, 'schema' | 'args'> = { schema: nothing, args: () => [] };
const limit = v.nullish(
  v.pipe(
    v.number('limit must be a number.'),
    v.integer('limit must be a whole number.'),
    v.minValue(1, 'Input should be greater than or equal to 1'),
  ),
);

type Part = Omit<Operation, 'name' | 'method'> & {
  /** The part of an API with several calls, such as `create`. */
  call?: string;
};

/** The calls of each method: a method that the contract gains does not compile until it is here. */
const CALLS: Readonly<Record<FoundationMethod, readonly Part[]>> = {
  embeddings: [{ schema: EmbeddingsRequestSchema, endpoint: 'embeddings', describedBy: 'EmbeddingsRequest' }],
  multiVector: [
    { schema: MultiVectorRequestSchema, endpoint: 'multi-vector', describedBy: 'EmbeddingsRequest' },
  ],
  rerank: [{ schema: RerankRequestSchema, endpoint: 'rerank', describedBy: 'RerankRequest' }],
  classify: [{ schema: ClassifyRequestSchema, endpoint: 'classify', describedBy: 'ZeroShotClassifyRequest' }],
  train: [{ schema: TrainRequestSchema, endpoint: 'train', describedBy: 'CreateTrainRequest' }],
  classifiers: [
    { call: 'list', ...withoutArguments },
    { call: 'delete', ...byId('classifier_id') },
    { call: 'export', ...byId('classifier_id'), isOptional: true },
    { call: 'import', schema: ExportedClassifierSchema, isOptional: true },
  ],
  segment: [{ schema: SegmentRequestSchema, describedBy: 'SegmentRequest' }],
  models: [
    { call: 'list', ...withoutArguments },
    { call: 'get', ...byId('id') },
  ],
  batches: [
    { call: 'create', schema: BatchRequestSchema, endpoint: 'embeddings', describedBy: 'BatchRequest' },
    { call: 'list', schema: v.looseObject({ limit }), args: (request) => [request] },
    { call: 'get', ...byId('batch_id') },
    { call: 'output', ...byId('batch_id'), streams: true },
    { call: 'errors', ...byId('batch_id'), streams: true },
    { call: 'cancel', ...byId('batch_id') },
  ],
  read: [{ schema: ReadRequestSchema, describedBy: 'ReadRequest' }],
  search: [{ schema: SearchRequestSchema, describedBy: 'SearchRequest' }],
  ground: [{ schema: GroundRequestSchema, describedBy: 'GroundRequest' }],
  chat: [{ schema: ChatRequestSchema, endpoint: 'chat' }],
};

/** All operations, in the order of the contract's methods. */
export const OPERATIONS: readonly Operation[] = FOUNDATION_METHODS.flatMap((method) =>
  CALLS[method].map(
    ({ call, ...part }): Operation => ({
      ...part,
      method,
      name: call === undefined ? method : `${method}.${call}`,
    }),
  ),
);

/** The operation of a name; the first one for a name that there is not. */
export const operationOf = (name: string | undefined): Operation =>
  OPERATIONS.find((operation) => operation.name === name) ?? OPERATIONS[0]!;

/** Arguments of an operation's call. */
export const argumentsOf = ({ args }: Operation, request: JsonRequest): unknown[] =>
  args ? args(request) : [request];

type Callable = (...values: unknown[]) => unknown;

/** The function of a foundation that an operation calls; undefined where it lacks this call. */
export function callableOf(foundation: SearchFoundation, { name }: Operation): Callable | undefined {
  const [method, call] = name.split('.') as [FoundationMethod, string?];
  const member = foundation[method] as unknown;
  const owner = (call === undefined ? foundation : member) as Record<string, unknown>;
  const own = owner[call ?? method];
  return typeof own === 'function' ? (own as Callable).bind(owner) : undefined;
}

/**
 * Calls an operation. What comes in pieces is collected, up to {@link MOST_LINES}.
 * @throws FoundationError as the operation does
 */
export async function callOperation(
  foundation: SearchFoundation,
  operation: Operation,
  request: JsonRequest,
  options: CallOptions,
): Promise<unknown> {
  const call = callableOf(foundation, operation);
  if (!call) throw new TypeError(`${operation.name} is missing.`);
  const values = argumentsOf(operation, request);
  // `batches.list` takes its limit among the options.
  const all =
    operation.name === 'batches.list' ? [{ ...(values[0] as object), ...options }] : [...values, options];
  const answer = await call(...all);
  if (!operation.streams) return answer;
  const lines: unknown[] = [];
  for await (const line of answer as AsyncIterable<unknown>) {
    lines.push(line);
    if (lines.length === MOST_LINES) break;
  }
  return lines;
}
