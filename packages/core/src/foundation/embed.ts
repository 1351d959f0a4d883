import type { EmbeddingsRequest, MultiVectorRequest } from '@nearfield/spec';
import {
  checkEmbeddingsRequest,
  checkMultiVectorRequest,
  EmbeddingsRequestSchema,
  type ItemCallOptions,
  MultiVectorRequestSchema,
  parseStrictly,
} from '@nearfield/spec/implement';
import { answerItems } from '../requests/answer-items.ts';
import { itemsOf, textsOf } from '../requests/inputs.ts';
import type { EngineClient } from './engine-client.ts';

/** `POST /v1/embeddings`, checked. */
export async function embeddings(
  engine: EngineClient,
  request: EmbeddingsRequest,
  options: ItemCallOptions | undefined,
) {
  const entryFor = await engine.lookUp(request, options);
  return answerItems(request, options, {
    check: (asked) => {
      const parsed = parseStrictly(EmbeddingsRequestSchema, asked);
      const entry = entryFor('embeddings', parsed.model);
      return { request: parsed, resolved: checkEmbeddingsRequest(parsed, entry) };
    },
    // The chunks of one text are not inputs that could fail individually.
    isWhole: () => (request as EmbeddingsRequest | undefined)?.late_chunking === true,
    readItems: ({ request: parsed }) => (parsed.return_multivector ? textsOf(parsed) : itemsOf(parsed)),
    call: (checked, how) => engine.call('embeddings', checked, how),
    empty: () => empty(request),
  });
}

/** `POST /v1/multi-vector`, checked. */
export async function multiVector(
  engine: EngineClient,
  request: MultiVectorRequest,
  options: ItemCallOptions | undefined,
) {
  const entryFor = await engine.lookUp(request, options);
  return answerItems(request, options, {
    check: (asked) => {
      const parsed = parseStrictly(MultiVectorRequestSchema, asked);
      const entry = entryFor('multi-vector', parsed.model);
      return { request: parsed, resolved: checkMultiVectorRequest(parsed, entry) };
    },
    readItems: ({ request: parsed }) => textsOf(parsed),
    call: (checked, how) => engine.call('multi-vector', checked, how),
    empty: () => empty(request),
  });
}

/** The answer if no input is left. */
const empty = ({ model }: { model: string }) => ({
  model,
  object: 'list' as const,
  usage: { total_tokens: 0, prompt_tokens: 0 },
  data: [],
});
