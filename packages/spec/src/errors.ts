/** Codes that api.jina.ai documents (OpenAPI 2026.05.13, "Error Codes") or was seen to return. */
export type ApiErrorCode =
  | 'INPUT_MODEL_NOT_FOUND'
  | 'INPUT_INVALID_LABELS'
  | 'INPUT_LABEL_LIMIT_EXCEEDED'
  | 'INPUT_TOKEN_LIMIT_EXCEEDED'
  | 'AUTH_MISSING_API_KEY'
  | 'AUTH_INVALID_API_KEY'
  | 'AUTH_INVALID_FORMAT'
  | 'AUTHZ_INSUFFICIENT_BALANCE'
  | 'AUTHZ_RESOURCE_LIMIT_EXCEEDED'
  | 'RESOURCE_NOT_FOUND'
  | 'CONFLICT_RESOURCE_BUSY'
  | 'RATE_REQUEST_LIMIT_EXCEEDED'
  | 'RATE_TOKEN_LIMIT_EXCEEDED'
  | 'RATE_CONCURRENCY_LIMIT_EXCEEDED'
  | 'RATE_IP_LIMIT_EXCEEDED'
  | 'INTERNAL_ERROR'
  | 'SERVICE_UNAVAILABLE'
  | 'SERVICE_TIMEOUT';

/** Codes of our own, for what only a client or a local engine can meet. */
export type LocalErrorCode =
  /** The request does not fit the schema (the API answers 422 without a code of its own). */
  | 'INPUT_VALIDATION_FAILED'
  /** This implementation does not have this method or option. */
  | 'NOT_SUPPORTED'
  /** The model exists but cannot run here; the message says what can. */
  | 'MODEL_NOT_AVAILABLE_LOCALLY'
  /** The GPU went away and the work could not be replayed. */
  | 'DEVICE_LOST'
  /** No device of the requested kind exists. */
  | 'DEVICE_NOT_AVAILABLE'
  /** The browser or the runtime ran out of memory. */
  | 'OUT_OF_MEMORY'
  /** The worker ended, or does not answer. */
  | 'WORKER_FAILED'
  /**
   * A file of the library itself (the worker's script, onnxruntime's files, onnxruntime-node) cannot be loaded or
   * is forbidden here; the message names it and a remedy. No model is at fault. The next call tries again.
   */
  | 'RUNTIME_NOT_AVAILABLE'
  /** The browser's storage or the disk is full; the message has the numbers. */
  | 'STORAGE_QUOTA_EXCEEDED'
  /** The disk or the browser's database cannot be read or written; the message has the place. */
  | 'STORAGE_FAILED'
  /** A stored record cannot be read any more; the message says where it was set aside. */
  | 'RECORD_DAMAGED'
  /** A model file could not be fetched. */
  | 'DOWNLOAD_FAILED'
  /** A model file's bytes are not the ones that were promised. */
  | 'INTEGRITY_MISMATCH'
  /** A model file is not what its recipe expects, or the runtime refused it. */
  | 'MODEL_INVALID'
  /** The model computes wrong vectors on every device and dtype that was tried. */
  | 'SELF_CHECK_FAILED'
  /** Vectors of one space were asked for, and only another can be computed: they cannot be compared. */
  | 'EMBEDDING_SPACE_MISMATCH'
  /** The server could not be reached. */
  | 'CONNECTION_FAILED'
  /** The server's answer is not in the API's shape; the message names the fault. */
  | 'RESPONSE_INVALID'
  /** A server without keys was called under a name that is not its own. */
  | 'AUTHZ_HOST_NOT_ALLOWED'
  /** A server without keys was called by a page of an origin that it was not opened to. */
  | 'AUTHZ_ORIGIN_NOT_ALLOWED'
  /** The foundation was closed. */
  | 'CLOSED';

/** Codes of errors: those of the API, and local ones. */
export type ErrorCode = ApiErrorCode | LocalErrorCode;

/** One field that does not fit, as the API's 422 lists it. `field` is a dotted path such as `input.3.text`. */
export interface FieldIssue {
  field: string;
  message: string;
  type: string;
}

/** Fields of a {@link FoundationError}. Plain data: it crosses worker and network boundaries. */
export interface FoundationErrorInit {
  code: ErrorCode;
  message: string;
  /** HTTP status. @default the code's own, see {@link statusOf} */
  status?: number | undefined;
  /** The request field at fault. */
  param?: string | undefined;
  /** The server's id for the failed request. */
  requestId?: string | undefined;
  /** Whether the same call may succeed later. @default by code */
  retryable?: boolean | undefined;
  /** Seconds to wait before trying again, as the server requested. */
  retryAfter?: number | undefined;
  /** Every field that did not fit, for INPUT_VALIDATION_FAILED. */
  issues?: FieldIssue[] | undefined;
  cause?: unknown;
}

const MARK: unique symbol = Symbol.for('nearfield.error') as never;

const STATUS: Record<ErrorCode, number> = {
  INPUT_MODEL_NOT_FOUND: 400,
  INPUT_INVALID_LABELS: 400,
  INPUT_LABEL_LIMIT_EXCEEDED: 400,
  INPUT_TOKEN_LIMIT_EXCEEDED: 400,
  AUTH_MISSING_API_KEY: 401,
  AUTH_INVALID_API_KEY: 401,
  AUTH_INVALID_FORMAT: 401,
  AUTHZ_INSUFFICIENT_BALANCE: 403,
  AUTHZ_RESOURCE_LIMIT_EXCEEDED: 403,
  RESOURCE_NOT_FOUND: 404,
  CONFLICT_RESOURCE_BUSY: 409,
  RATE_REQUEST_LIMIT_EXCEEDED: 429,
  RATE_TOKEN_LIMIT_EXCEEDED: 429,
  RATE_CONCURRENCY_LIMIT_EXCEEDED: 429,
  RATE_IP_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
  SERVICE_TIMEOUT: 504,
  INPUT_VALIDATION_FAILED: 422,
  NOT_SUPPORTED: 400,
  MODEL_NOT_AVAILABLE_LOCALLY: 400,
  DEVICE_LOST: 503,
  DEVICE_NOT_AVAILABLE: 400,
  OUT_OF_MEMORY: 503,
  WORKER_FAILED: 503,
  RUNTIME_NOT_AVAILABLE: 503,
  STORAGE_QUOTA_EXCEEDED: 507,
  STORAGE_FAILED: 500,
  RECORD_DAMAGED: 500,
  DOWNLOAD_FAILED: 502,
  INTEGRITY_MISMATCH: 502,
  MODEL_INVALID: 500,
  SELF_CHECK_FAILED: 500,
  EMBEDDING_SPACE_MISMATCH: 400,
  CONNECTION_FAILED: 503,
  RESPONSE_INVALID: 502,
  AUTHZ_HOST_NOT_ALLOWED: 403,
  AUTHZ_ORIGIN_NOT_ALLOWED: 403,
  CLOSED: 503,
};

const RETRYABLE: ReadonlySet<ErrorCode> = new Set([
  'CONFLICT_RESOURCE_BUSY',
  'RATE_REQUEST_LIMIT_EXCEEDED',
  'RATE_TOKEN_LIMIT_EXCEEDED',
  'RATE_CONCURRENCY_LIMIT_EXCEEDED',
  'RATE_IP_LIMIT_EXCEEDED',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
  'SERVICE_TIMEOUT',
  'DEVICE_LOST',
  'OUT_OF_MEMORY',
  'WORKER_FAILED',
  'RUNTIME_NOT_AVAILABLE',
  'DOWNLOAD_FAILED',
  'INTEGRITY_MISMATCH',
  'CONNECTION_FAILED',
]);

/** The HTTP status of a code. */
export const statusOf = (code: ErrorCode): number => STATUS[code];

/** Whether a string is a code of this contract. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(STATUS, code);

/**
 * The one error class of the contract. Every method of every implementation rejects with it, or with a
 * standard `AbortError` when its signal was aborted.
 *
 * Use {@link FoundationError.isInstance} instead of `instanceof`: it also recognises errors that come from
 * another copy of this package.
 *
 * @example
 * try {
 *   await foundation.embeddings({ model, input });
 * } catch (error) {
 *   if (!FoundationError.isInstance(error)) throw error;
 *   if (error.retryable) setTimeout(retry, (error.retryAfter ?? 1) * 1000);
 *   else show(`${error.code}: ${error.message}`); // error.param names the field at fault
 * }
 */
export class FoundationError extends Error {
  override readonly name = 'FoundationError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly param: string | undefined;
  readonly requestId: string | undefined;
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;
  readonly issues: FieldIssue[] | undefined;

  constructor(init: FoundationErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    Object.defineProperty(this, MARK, { value: true });
    this.code = init.code;
    this.status = init.status ?? STATUS[init.code];
    this.param = init.param;
    this.requestId = init.requestId;
    this.retryable = init.retryable ?? RETRYABLE.has(init.code);
    this.retryAfter = init.retryAfter;
    this.issues = init.issues;
  }

  /** Whether a value is an error of the contract, from this copy of the package or another. */
  static isInstance(value: unknown): value is FoundationError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[MARK] === true;
  }
}

/** Any error as plain data, for a boundary that cannot carry classes. */
export interface SerializedError {
  kind: 'foundation' | 'abort' | 'other';
  name: string;
  message: string;
  stack?: string | undefined;
  init?: Omit<FoundationErrorInit, 'cause'> | undefined;
  cause?: SerializedError | undefined;
}

const MAX_CAUSES = 8;

/** Turns anything thrown into plain data, causes included (at most 8 deep). */
export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!(error instanceof Error) && !FoundationError.isInstance(error)) {
    const named = error as { name?: unknown; message?: unknown } | null;
    const isErrorLike = typeof named === 'object' && named !== null && typeof named.message === 'string';
    return {
      kind: isErrorLike && named.name === 'AbortError' ? 'abort' : 'other',
      name: isErrorLike ? String(named.name) : 'Error',
      message: isErrorLike ? String(named.message) : String(error),
    };
  }
  const cause =
    error.cause === undefined || depth >= MAX_CAUSES ? undefined : serializeError(error.cause, depth + 1);
  const base = { name: error.name, message: error.message, stack: error.stack, cause };
  if (FoundationError.isInstance(error)) {
    const { code, message, status, param, requestId, retryable, retryAfter, issues } = error;
    return {
      ...base,
      kind: 'foundation',
      init: { code, message, status, param, requestId, retryable, retryAfter, issues },
    };
  }
  return { ...base, kind: error.name === 'AbortError' ? 'abort' : 'other' };
}

/** The inverse of {@link serializeError}. */
export function deserializeError(data: SerializedError): Error {
  const cause = data.cause && deserializeError(data.cause);
  let error: Error;
  if (data.kind === 'foundation' && data.init) {
    error = new FoundationError({ ...data.init, cause });
  } else if (data.kind === 'abort') {
    error = new DOMException(data.message, 'AbortError');
  } else {
    error = new Error(data.message, cause && { cause });
    error.name = data.name;
  }
  if (data.stack) Object.defineProperty(error, 'stack', { value: data.stack, configurable: true });
  return error;
}
