import type { JsonRequest, Operation } from '../operations.ts';
import { KEY_PLACEHOLDER } from './http-request.ts';
import { javascript } from './literal.ts';

/** Fields of an embeddings request that OpenAI's API has, and what it calls them. */
const EMBEDDINGS: Readonly<Record<string, string>> = {
  model: 'model',
  input: 'input',
  dimensions: 'dimensions',
  embedding_type: 'encoding_format',
  user: 'user',
};

const isTexts = (input: unknown): boolean =>
  typeof input === 'string' ||
  (Array.isArray(input) && input.length > 0 && input.every((each) => typeof each === 'string'));

/** The fields of a request in OpenAI's names; undefined where it has one that OpenAI's API lacks. */
function embeddingsBody(request: JsonRequest): JsonRequest | undefined {
  const { embedding_type: type, input } = request;
  if (!isTexts(input) || (type != null && type !== 'float' && type !== 'base64')) return undefined;
  const entries = Object.entries(request).filter(([, value]) => value != null);
  if (entries.some(([name]) => !Object.hasOwn(EMBEDDINGS, name))) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [EMBEDDINGS[name]!, value]));
}

/** The call of OpenAI's client; undefined for an endpoint, or a request, that its API does not have. */
function callOf({ name }: Operation, request: JsonRequest): string | undefined {
  switch (name) {
    case 'embeddings': {
      const body = embeddingsBody(request);
      return body && `client.embeddings.create(${javascript(body)})`;
    }
    case 'chat':
      return `client.chat.completions.create(${javascript(request)})`;
    case 'models.list':
      return 'client.models.list()';
    case 'models.get':
      return `client.models.retrieve(${javascript(request.id)})`;
    default:
      return undefined;
  }
}

/** A call with OpenAI's own client; undefined where its API has no such call. */
export function openai(operation: Operation, request: JsonRequest, baseUrl: string): string | undefined {
  const call = callOf(operation, request);
  if (call === undefined) return undefined;
  const base = `${baseUrl.replace(/\/+$/u, '').replace(/\/v1$/u, '')}/v1`;
  return `import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: ${javascript(base)},
  apiKey: process.env.${KEY_PLACEHOLDER} ?? 'none',
});

const response = await ${call};
console.log(response);
`;
}
