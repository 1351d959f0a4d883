import {
  APICallError,
  type JSONValue,
  type SharedV3ProviderOptions,
  type SharedV3Warning,
} from '@ai-sdk/provider';
import { FoundationError } from '@nearfield/spec';

/** The provider's name: that of its models, of `providerOptions` and of `providerMetadata`. */
export const PROVIDER = 'nearfield';

/**
 * Runs a call and throws its errors as the SDK's own: it repeats an `APICallError` that may succeed later, and no other
 * error. The signal's reason passes as it is.
 */
export async function sdkCall<Result>(
  endpoint: 'embeddings' | 'rerank',
  model: string,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (!FoundationError.isInstance(error)) throw error;
    throw new APICallError({
      message: error.message,
      url: `${PROVIDER}:/v1/${endpoint}`,
      // Without the texts: errors end in logs.
      requestBodyValues: { model },
      statusCode: error.status,
      ...(error.retryAfter !== undefined && { responseHeaders: { 'retry-after': String(error.retryAfter) } }),
      isRetryable: error.retryable,
      data: { code: error.code, param: error.param, requestId: error.requestId },
      cause: error,
    });
  }
}

/**
 * The fields that a call gives under `providerOptions.nearfield`.
 * @throws FoundationError INPUT_VALIDATION_FAILED for a field that is none of `names`
 */
export function providerFields<Name extends string>(
  options: SharedV3ProviderOptions | undefined,
  names: readonly Name[],
): { [Each in Name]?: never } {
  const fields: Record<string, JSONValue | undefined> = options?.[PROVIDER] ?? {};
  const unknown = Object.keys(fields).find((field) => !names.some((name) => name === field));
  if (unknown !== undefined) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `providerOptions.${PROVIDER} has no field "${unknown}". It takes ${names.join(', ')}.`,
      param: `providerOptions.${PROVIDER}.${unknown}`,
    });
  }
  // The foundation checks the values, as it does those of any caller.
  return fields as { [Each in Name]?: never };
}

/** A warning for HTTP headers, which a foundation does not take: `createRemote({ headers })` sets them. */
export const unusedHeaders = (headers: Record<string, string | undefined> | undefined): SharedV3Warning[] =>
  headers && Object.keys(headers).some((name) => name.toLowerCase() !== 'user-agent')
    ? [
        {
          type: 'unsupported',
          feature: 'headers',
          details: 'A foundation takes none. createRemote({ fetch }) can add some.',
        },
      ]
    : [];
