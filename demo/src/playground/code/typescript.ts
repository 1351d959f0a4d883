/** The same call on either side: two programs that differ in the line that makes the foundation. */
import { argumentsOf, type JsonRequest, type Operation } from '../operations.ts';
import { KEY_PLACEHOLDER } from './http-request.ts';
import { javascript } from './literal.ts';

/** Models that ship with Nearfield, and those that they work with: a page serves their files itself. */
const SHIPPED: Readonly<Record<string, readonly string[]>> = {
  'all-MiniLM-L6-v2': ['all-MiniLM-L6-v2'],
  'minilm-reranker': ['minilm-reranker', 'all-MiniLM-L6-v2'],
  'icon-clip': ['icon-clip'],
};

/** Models of a request that a page serves; others come from the hub. */
function shippedModels({ name }: Operation, request: JsonRequest): readonly string[] {
  const { model } = request;
  // A classifier knows its model by itself, and passages that answer are found by the models that there are.
  if (name === 'classify' && model == null) return SHIPPED['all-MiniLM-L6-v2']!;
  if (name === 'read' && request.question != null) return SHIPPED['all-MiniLM-L6-v2']!;
  return (typeof model === 'string' && SHIPPED[model]) || [];
}

/** The program with the foundation of one side. */
const program = (operation: Operation, request: JsonRequest, foundation: string): string => {
  const call = `foundation.${operation.name}(${argumentsOf(operation, request)
    .map((value) => javascript(value))
    .join(', ')})`;
  const rest = operation.streams
    ? `for await (const line of ${call}) console.log(line);`
    : `const response = await ${call};\nconsole.log(response);`;
  return `const foundation = ${foundation};\n\n${rest}\n`;
};

/** Who makes the foundation of this browser. */
export function local(operation: Operation, request: JsonRequest): string {
  const models = shippedModels(operation, request).map((id) => ({ id, source: `/models/${id}/` }));
  const options = [
    ...(models.length > 0 ? [`models: [${models.map((model) => javascript(model)).join(', ')}]`] : []),
    ...(operation.method === 'read' ? [`reader: (await import('@nearfield/reader')).createReader()`] : []),
  ];
  const argument = options.length > 0 ? `{ ${options.join(', ')} }` : '';
  return program(operation, request, `(await import('@nearfield/core')).createLocal(${argument})`);
}

/** Who asks a server. */
export function remote(operation: Operation, request: JsonRequest, baseUrl: string): string {
  const address = baseUrl === 'https://api.jina.ai' ? '' : `baseUrl: ${javascript(baseUrl)}, `;
  return program(
    operation,
    request,
    `(await import('@nearfield/remote')).createRemote({ ${address}apiKey: process.env.${KEY_PLACEHOLDER} })`,
  );
}

/** Packages that a program of this browser imports. */
export const localPackages = (operation: Operation, request: JsonRequest): readonly string[] => [
  '@nearfield/core',
  ...shippedModels(operation, request).map((id) => PACKAGES[id]!),
  ...(operation.method === 'read' ? ['@nearfield/reader'] : []),
];

const PACKAGES: Readonly<Record<string, string>> = {
  'all-MiniLM-L6-v2': '@nearfield/model-minilm',
  'minilm-reranker': '@nearfield/model-minilm-reranker',
  'icon-clip': '@nearfield/model-icon-clip',
};

/** Places of the lines in which two programs of as many lines differ. */
export function differingLines(one: string, other: string): ReadonlySet<number> {
  const others = other.split('\n');
  return new Set(one.split('\n').flatMap((line, index) => (line === others[index] ? [] : [index])));
}
