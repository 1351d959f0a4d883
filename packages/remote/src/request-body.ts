import { notSupported } from '@nearfield/spec/implement';
import { loaded } from './loaded.ts';

/** Fields that a request need not send when they say what every server does anyway. */
const NEUTRAL: Record<string, unknown> = {
  normalized: true,
  truncate: false,
  late_chunking: false,
  split_sentences: false,
  return_multivector: false,
  return_tokenized_input: false,
  return_embeddings: false,
  strategy: 'structure',
  overlap: 0,
};

/** Fields of ours that the hosted API would ignore without a word. */
const BEYOND_API = ['split_sentences', 'temperature', 'strategy', 'overlap', 'fusion'];

/** A request's JSON object. */
export type Body = Record<string, unknown>;

/** A checked request as it is sent: without nulls and without defaults that change nothing. */
export function bodyOf(parsed: object): Body {
  return Object.fromEntries(
    Object.entries(parsed).filter(
      ([name, value]) => value !== null && value !== undefined && NEUTRAL[name] !== value,
    ),
  );
}

/**
 * Refuses fields that the hosted API does not know, see {@link BEYOND_API}.
 * @throws FoundationError NOT_SUPPORTED
 */
export function requireKnownToApi(what: string, body: Body): void {
  const field = BEYOND_API.find((name) => body[name] !== undefined);
  if (field === undefined) return;
  throw notSupported(
    `${what}.${field}`,
    'the hosted API does not have it and would ignore it.',
    'Leave it out, or use a Nearfield server or a local engine.',
  );
}

/** Whether inputs have pictures that JSON cannot hold. */
function hasPicture(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasPicture);
  const { image, content } = value as { image?: unknown; content?: unknown };
  return typeof image === 'object' || hasPicture(content);
}

/**
 * A request's inputs as JSON can hold them: pictures in memory become base64, as the API takes them.
 * @param field where the inputs are in the request, for messages
 * @throws FoundationError INPUT_VALIDATION_FAILED for an image above the API's 8 MB
 */
export async function withImagesAsText(value: unknown, field: string): Promise<unknown> {
  if (!hasPicture(value)) return value;
  return (await loaded(() => import('./images.ts'))).imagesAsText(value, field);
}
