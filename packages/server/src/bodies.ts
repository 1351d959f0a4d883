import { FoundationError } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';
import type { ApiContext } from './context.ts';
import { parseJsonBody } from './json-body.ts';

const refused = (status: number, message: string, cause?: unknown): FoundationError =>
  new FoundationError({ code: 'INPUT_VALIDATION_FAILED', status, message, cause });

/** The error for a body that is larger than this server reads. */
export const tooLarge = (maxBytes: number): FoundationError =>
  refused(413, `The request body is larger than ${maxBytes} bytes. Split the request.`);

/**
 * A request's JSON object.
 * @throws FoundationError INPUT_VALIDATION_FAILED: 415 for another media type, 413 for one that is too large once
 * decompressed, 422 for a body that is not a JSON object
 */
export async function jsonBody(context: ApiContext, maxBytes: number): Promise<Record<string, unknown>> {
  const type = context.req.header('Content-Type') ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw refused(
      415,
      `The request body must be JSON, sent with 'Content-Type: application/json'; this one says '${shortened(type)}'.`,
    );
  }
  const encoding = context.req.header('Content-Encoding')?.trim().toLowerCase() ?? 'identity';
  const text =
    encoding === 'identity'
      ? await arrived(context.req.text())
      : await decompressed(context.req.raw.body, encoding, maxBytes);
  return parseJsonBody(text);
}

/** The text of a compressed body. What it becomes is counted: a few kilobytes may be gigabytes. */
async function decompressed(
  body: ReadableStream<Uint8Array> | null,
  encoding: string,
  maxBytes: number,
): Promise<string> {
  if (encoding !== 'gzip' && encoding !== 'deflate') {
    throw refused(
      415,
      `The request body is compressed with '${shortened(encoding)}'. Send it with gzip or deflate, or as it is.`,
    );
  }
  const stream = (body ?? new ReadableStream()).pipeThrough(
    new DecompressionStream(encoding) as ReadableWritablePair<Uint8Array, Uint8Array>,
  );
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  try {
    for await (const part of stream) {
      bytes += part.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      parts.push(decoder.decode(part, { stream: true }));
    }
  } catch (cause) {
    if (FoundationError.isInstance(cause)) throw cause;
    throw refused(
      400,
      `The request body is no ${encoding} data, or did not arrive whole. Send it again.`,
      cause,
    );
  }
  return parts.join('') + decoder.decode();
}

/** @throws FoundationError INPUT_VALIDATION_FAILED (415) */
export async function formOf(context: ApiContext): Promise<FormData> {
  try {
    // Read whole before it is taken apart: that it did not arrive is no fault of its format.
    const body = await arrived(context.req.arrayBuffer());
    const type = context.req.header('Content-Type') ?? '';
    return await new Response(body, { headers: { 'Content-Type': type } }).formData();
  } catch (cause) {
    if (FoundationError.isInstance(cause)) throw cause;
    throw refused(
      415,
      "The request body must be a form, sent with 'Content-Type: multipart/form-data'.",
      cause,
    );
  }
}

/** A body that is being read. @throws FoundationError INPUT_VALIDATION_FAILED (400) if its sender goes away */
async function arrived<Value>(body: Promise<Value>): Promise<Value> {
  try {
    return await body;
  } catch (cause) {
    throw refused(400, 'The request body did not arrive whole. Send it again.', cause);
  }
}
