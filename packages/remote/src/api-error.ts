import { type ErrorCode, type FieldIssue, FoundationError } from '@nearfield/spec';
import { isErrorCode, retryAfterSeconds } from '@nearfield/spec/implement';

/** The parts of a failed answer, whichever of the known shapes its body has. */
interface ErrorParts {
  message?: string | undefined;
  code?: string | undefined;
  requestId?: string | undefined;
  param?: string | undefined;
  issues?: FieldIssue[] | undefined;
}

/** Codes of OpenAI-shaped servers. */
const OPENAI_CODES: Record<string, ErrorCode> = {
  model_not_found: 'INPUT_MODEL_NOT_FOUND',
  invalid_api_key: 'AUTH_INVALID_API_KEY',
  context_length_exceeded: 'INPUT_TOKEN_LIMIT_EXCEEDED',
  rate_limit_exceeded: 'RATE_REQUEST_LIMIT_EXCEEDED',
  insufficient_quota: 'AUTHZ_INSUFFICIENT_BALANCE',
};

const BY_STATUS: Record<number, ErrorCode> = {
  401: 'AUTH_INVALID_API_KEY',
  402: 'AUTHZ_INSUFFICIENT_BALANCE',
  403: 'AUTHZ_RESOURCE_LIMIT_EXCEEDED',
  404: 'RESOURCE_NOT_FOUND',
  408: 'SERVICE_TIMEOUT',
  409: 'CONFLICT_RESOURCE_BUSY',
  429: 'RATE_REQUEST_LIMIT_EXCEEDED',
  500: 'INTERNAL_ERROR',
  501: 'NOT_SUPPORTED',
  504: 'SERVICE_TIMEOUT',
  524: 'SERVICE_TIMEOUT',
};

function codeOf(status: number, { code, message = '' }: ErrorParts): ErrorCode {
  if (code !== undefined && isErrorCode(code)) return code;
  if (code !== undefined && Object.hasOwn(OPENAI_CODES, code)) return OPENAI_CODES[code]!;
  if (status === 403 && /balance|quota|credit/i.test(message)) return 'AUTHZ_INSUFFICIENT_BALANCE';
  if (status === 404 && /\bmodel\b/i.test(message)) return 'INPUT_MODEL_NOT_FOUND';
  if (status === 429 && /token/i.test(message)) return 'RATE_TOKEN_LIMIT_EXCEEDED';
  if (status === 429 && /concurren/i.test(message)) return 'RATE_CONCURRENCY_LIMIT_EXCEEDED';
  return BY_STATUS[status] ?? (status >= 500 ? 'SERVICE_UNAVAILABLE' : 'INPUT_VALIDATION_FAILED');
}

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

/** `errors: [{field, message, type}]` of the API, or `detail: [{loc, msg, type}]` of FastAPI. */
function issuesOf(list: unknown): FieldIssue[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const issues = list.filter(isFields).map((item) => ({
    field: textOf(item.field) ?? (Array.isArray(item.loc) ? item.loc.slice(1).join('.') : 'body'),
    message: textOf(item.message) ?? textOf(item.msg) ?? 'Invalid value.',
    type: textOf(item.type) ?? 'value_error',
  }));
  return issues.length > 0 ? issues : undefined;
}

/** Reads every error shape that Jina's servers and compatible ones are known to send. */
function partsOf(body: unknown): ErrorParts {
  if (!isFields(body)) return {};
  const { detail, error } = body;
  const issues = issuesOf(body.errors) ?? issuesOf(detail);
  const base: ErrorParts = {
    code: textOf(body.code),
    requestId: textOf(body.request_id),
    issues,
    param: issues?.[0]?.field,
  };
  if (isFields(detail)) {
    return {
      ...base,
      message: textOf(detail.message),
      code: textOf(detail.code) ?? base.code,
      requestId: textOf(detail.request_id) ?? base.requestId,
      param: textOf(detail.param) ?? base.param,
    };
  }
  if (isFields(error)) {
    return {
      ...base,
      message: textOf(error.message),
      // Beside OpenAI's name of a code there may be the API's own, which says more.
      code: base.code ?? textOf(error.code),
      param: textOf(error.param) ?? base.param,
    };
  }
  const fromIssues = issues?.map(({ field, message }) => `'${field}': ${message}`).join('; ');
  return {
    ...base,
    message:
      textOf(detail) ?? textOf(error) ?? textOf(body.readableMessage) ?? textOf(body.message) ?? fromIssues,
  };
}

/** The parts of a failed answer that an error is made from. */
export interface FailedAnswer {
  status: number;
  headers: Headers;
  /** The body as text, perhaps cut. */
  text: string;
  /** Name of the call, such as `embeddings`. */
  what: string;
}

/** The error that a failed answer means. */
export function errorOfAnswer({ status, headers, text, what }: FailedAnswer): FoundationError {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const parts = partsOf(body);
  return new FoundationError({
    code: codeOf(status, parts),
    message: parts.message ?? `The server answered ${what} with status ${status} and no readable reason.`,
    status,
    param: parts.param,
    requestId: parts.requestId ?? headers.get('x-request-id') ?? undefined,
    retryAfter: retryAfterSeconds(headers.get('retry-after')),
    issues: parts.issues,
  });
}
