import { shortened } from '@nearfield/spec/implement';
import type { RouteFacts } from '../route-table.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { type JsonSchema, reference, SCHEMAS } from './schemas.ts';

export interface DocumentOptions {
  /** Address that paths begin with. */
  server: string;
  /** Whether requests need a key. */
  needsKey: boolean;
}

const ERRORS: Readonly<Record<string, string>> = {
  '400': 'The request cannot be answered',
  '401': 'No valid key',
  '404': 'Not found',
  '413': 'The body is too large',
  '422': 'A field does not fit',
  '424': 'A model’s files cannot be had or used',
  '429': 'Too many requests',
  '503': 'Try again later',
};

/** The OpenAPI 3.1 document of the routes that a server has. */
export function openApiDocument(
  routes: readonly RouteFacts[],
  { server, needsKey }: DocumentOptions,
): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path } of routes) {
    const operation = OPERATIONS[`${method} ${path}`];
    if (!operation) continue;
    const name = path.replace(/:(\w+)(\{[^}]+\})?/g, '{$1}');
    paths[name] ??= {};
    paths[name][method.toLowerCase()] = described(method, name, operation, needsKey);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Nearfield',
      version: '1',
      description: 'Jina’s search foundation, answered by models on this machine.',
    },
    servers: [{ url: server }],
    paths,
    components: {
      schemas: SCHEMAS,
      ...(needsKey && { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } }),
    },
  };
}

const content = (type: string, schema: JsonSchema, example?: object): object => ({
  [type]: { schema, ...(example && { example }) },
});

function described(method: string, path: string, operation: Operation, needsKey: boolean): object {
  const { summary, tag, request, response, query = {}, open, example } = operation;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...Object.entries(query).map(([name, description]) => ({
      name,
      in: 'query',
      description,
      schema: { type: 'string' },
    })),
  ];
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '' && word !== 'v1');
  return {
    operationId: shortened([method.toLowerCase(), ...words].join('_')),
    summary,
    tags: [tag],
    ...(parameters.length > 0 && { parameters }),
    ...(request && {
      requestBody: {
        required: true,
        content: content(operation.requestType ?? 'application/json', reference(request), example),
      },
    }),
    responses: {
      '200': {
        description: summary,
        content: content(operation.type ?? 'application/json', reference(response)),
      },
      ...Object.fromEntries(
        Object.entries(ERRORS).map(([status, description]) => [
          status,
          { description, content: content('application/json', reference('Error')) },
        ]),
      ),
    },
    ...(needsKey && !open && { security: [{ key: [] }] }),
  };
}
