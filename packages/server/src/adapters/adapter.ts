/** Requests of other vendors' clients, answered in their vendor's shape by the same foundation. */
import type { CallOptions, EmbeddingsRequest, RerankRequest } from '@nearfield/spec';
import { invalid } from '@nearfield/spec/implement';
import type { Body } from '../accommodate.ts';
import { type ApiContext, call } from '../context.ts';
import type { ApiService } from '../service.ts';

/** One route of a vendor. */
export interface VendorRoute {
  path: string;
  answer: (body: Body, ask: Ask) => Promise<unknown>;
  /** Fields that the vendor's clients read an error's message from, beside our own. */
  failure: (message: string) => Body;
}

/** The foundation, as an adapter asks it. */
export interface Ask {
  /** Vectors in the order of the inputs. */
  embed(request: Body): Promise<{ vectors: unknown[]; model: string; tokens: number }>;
  rerank(request: Body): Promise<{
    results: { index: number; relevance_score: number; document?: unknown }[];
    model: string;
    tokens: number;
  }>;
  /** Model of requests that name none. */
  defaultModel(kind: 'embedding' | 'reranker'): Promise<string>;
}

/** Adds a vendor's route. */
export function addVendorRoute(service: ApiService, { path, answer, failure }: VendorRoute): void {
  service.routes.add('POST', path, async (context) => {
    try {
      const body = await service.body(context);
      return service.reply(context, await answer(body, asker(service, context, call(context))));
    } catch (error) {
      const response = service.fail(context, error);
      const own = (await response.json().catch(() => ({ detail: '' }))) as { detail: string };
      return new Response(JSON.stringify({ ...own, ...failure(own.detail) }), response);
    }
  });
}

function asker(service: ApiService, context: ApiContext, options: CallOptions): Ask {
  const { foundation } = service;
  const count = (tokens: number): void => {
    context.get('facts').tokens += tokens;
  };
  return {
    async embed(request) {
      const body = await service.prepare(context, 'embeddings', request);
      const { data, model, usage } = await foundation.embeddings(
        body as unknown as EmbeddingsRequest,
        options,
      );
      count(usage.total_tokens);
      const vectors = (data as { embedding: unknown }[]).map(({ embedding }) => embedding);
      return { vectors, model, tokens: usage.total_tokens };
    },
    async rerank(request) {
      const body = await service.prepare(context, 'rerank', request);
      const { results, model, usage } = await foundation.rerank(body as unknown as RerankRequest, options);
      count(usage.total_tokens);
      return { results, model, tokens: usage.total_tokens };
    },
    async defaultModel(kind) {
      const model = kind === 'reranker' ? await service.reranker() : await service.embedder();
      if (model === undefined) throw invalid('model', `This server has no ${kind} of its own. Name a model.`);
      return model;
    },
  };
}

/** A field that must be there. @throws FoundationError INPUT_VALIDATION_FAILED */
export function required(body: Body, field: string): unknown {
  const value = body[field];
  if (value !== undefined && value !== null) return value;
  throw invalid(field, `${field} is required.`);
}

/** The body without fields that are not set. */
export const given = (fields: Body): Body =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
