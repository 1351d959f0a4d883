import { notSupported } from '@nearfield/spec/implement';

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
