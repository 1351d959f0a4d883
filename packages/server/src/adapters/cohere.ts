/** Cohere's v2: `/v2/rerank` and `/v2/embed`. */
import { invalid, randomId } from '@nearfield/spec/implement';
import type { Body } from '../accommodate.ts';
import type { ApiService } from '../service.ts';
import { addVendorRoute, given, required } from './adapter.ts';

const failure = (message: string): Body => ({ message });
const META = { api_version: { version: '2' } };

/** Encodings that both sides have. */
const TYPES = ['float', 'binary', 'ubinary', 'base64'];
const ROLES: Readonly<Record<string, string>> = { search_query: 'query', search_document: 'document' };

export function cohereRoutes(service: ApiService): void {
  addVendorRoute(service, {
    path: '/v2/rerank',
    failure,
    async answer(body, ask) {
      const { results } = await ask.rerank(
        given({
          model: required(body, 'model'),
          query: required(body, 'query'),
          documents: required(body, 'documents'),
          top_n: body.top_n,
          max_doc_length: body.max_tokens_per_doc,
          return_documents: false,
        }),
      );
      return {
        id: randomId(),
        results: results.map(({ index, relevance_score }) => ({ index, relevance_score })),
        meta: { ...META, billed_units: { search_units: 1 } },
      };
    },
  });

  addVendorRoute(service, {
    path: '/v2/embed',
    failure,
    async answer(body, ask) {
      const types = typesOf(body.embedding_types);
      const input = inputOf(body);
      const { vectors, tokens } = await ask.embed(
        given({
          model: required(body, 'model'),
          input,
          input_type: ROLES[String(body.input_type)],
          dimensions: body.output_dimension,
          truncate: body.truncate !== 'NONE',
          embedding_type: types,
        }),
      );
      const embeddings = types.map((type) => [
        type,
        (vectors as Record<string, unknown>[]).map((vector) => vector[type]),
      ]);
      return {
        id: randomId(),
        embeddings: Object.fromEntries(embeddings),
        texts: Array.isArray(body.texts) ? body.texts : [],
        response_type: 'embeddings_by_type',
        meta: { ...META, billed_units: { input_tokens: tokens } },
      };
    },
  });
}

/** @throws FoundationError INPUT_VALIDATION_FAILED for int8 and uint8, which the API does not have */
function typesOf(types: unknown): string[] {
  if (types === undefined || types === null) return ['float'];
  const list = Array.isArray(types) ? (types as unknown[]) : [types];
  const unknown = list.find((type) => !TYPES.includes(String(type)));
  if (unknown === undefined && list.length > 0) return list as string[];
  throw invalid('embedding_types', `embedding_types can have ${TYPES.join(', ')}.`);
}

/** `texts`, `images` (data URIs), or `inputs` of one part each. */
function inputOf({ texts, images, inputs }: Body): unknown {
  if (Array.isArray(texts) && texts.length > 0) return texts;
  if (Array.isArray(images) && images.length > 0) return images.map((image) => ({ image: image as unknown }));
  if (!Array.isArray(inputs)) throw invalid('texts', 'One of texts, images and inputs is required.');
  return inputs.map((input: { content?: unknown }, index) => {
    const parts = Array.isArray(input?.content) ? (input.content as Body[]) : [];
    if (parts.length !== 1) throw invalid(`inputs.${index}`, 'An input has one part, a text or an image.');
    const [part] = parts;
    if (part?.type === 'text') return { text: part.text };
    return { image: (part?.image_url as { url?: unknown } | undefined)?.url };
  });
}
