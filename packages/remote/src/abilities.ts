import { type Capabilities, FoundationError } from '@nearfield/spec';
import {
  CapabilitiesBodySchema,
  FOUNDATION_METHODS,
  type FoundationMethod,
  ModelsBodySchema,
  methodsReport,
} from '@nearfield/spec/implement';
import { type Addresses, isJina } from './addresses.ts';
import type { Api } from './api.ts';

/** What a server says of itself. */
interface Report {
  methods: Record<string, boolean>;
  models: string[];
}

export async function capabilitiesOf(api: Api, addresses: Addresses): Promise<Capabilities> {
  // Both at once: a server that does not answer is waited for once.
  const [served, listed] = await Promise.all([report(api), listedModels(api)]);
  const { methods, models } = served ?? { methods: {}, models: listed };
  const has = (method: FoundationMethod): boolean =>
    method === 'read' || method === 'search' || method === 'ground'
      ? addresses[method] !== undefined
      : methods[method] !== false;
  return {
    implementation: 'remote',
    methods: methodsReport(FOUNDATION_METHODS.filter(has)),
    models,
    baseUrl: api.base.href.replace(/\/$/, ''),
  };
}

/** The server's own report; undefined if it has none. Jina's API is known to have none. */
async function report(api: Api): Promise<Report | undefined> {
  if (isJina(api.base)) return undefined;
  const call = api.get('capabilities', '/v1/capabilities');
  return api.transport.json(call, CapabilitiesBodySchema).catch(unlessClosed);
}

/** Ids that the server lists; none if it lists none. */
async function listedModels(api: Api): Promise<string[]> {
  const list = await api.transport
    .json(api.get('models', '/v1/models'), ModelsBodySchema)
    .catch(unlessClosed);
  return list?.data.map(({ id, nearfield }) => nearfield?.id ?? id.replace(/^jina-ai\//, '')) ?? [];
}

function unlessClosed(error: unknown): undefined {
  if (FoundationError.isInstance(error) && error.code === 'CLOSED') throw error;
}
