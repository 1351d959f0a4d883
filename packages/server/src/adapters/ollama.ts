/** Ollama: `/api/embed`, the older `/api/embeddings`, and `/api/tags`. */
import type { Body } from '../accommodate.ts';
import { call } from '../context.ts';
import type { ApiService } from '../service.ts';
import { addVendorRoute, given, required } from './adapter.ts';

const failure = (message: string): Body => ({ error: message });
const NANOSECONDS = 1e6;

/** Ollama's names end in a tag. */
const modelOf = (body: Body): string => String(required(body, 'model')).replace(/:latest$/, '');

export function ollamaRoutes(service: ApiService): void {
  addVendorRoute(service, {
    path: '/api/embed',
    failure,
    async answer(body, ask) {
      const started = performance.now();
      const { vectors, tokens } = await ask.embed(
        given({
          model: modelOf(body),
          input: required(body, 'input'),
          truncate: body.truncate ?? true,
          dimensions: body.dimensions,
        }),
      );
      return {
        model: body.model,
        embeddings: vectors,
        total_duration: Math.round((performance.now() - started) * NANOSECONDS),
        load_duration: 0,
        prompt_eval_count: tokens,
      };
    },
  });

  addVendorRoute(service, {
    path: '/api/embeddings',
    failure,
    async answer(body, ask) {
      const { vectors } = await ask.embed({
        model: modelOf(body),
        input: required(body, 'prompt'),
        truncate: true,
      });
      return { embedding: vectors[0] };
    },
  });

  service.routes.add('GET', '/api/tags', async (context) => {
    const [{ data }, served] = await Promise.all([
      service.foundation.models.list(call(context)),
      service.served(),
    ]);
    const models = data
      .filter(({ id, nearfield }) => !served || served.has(nearfield?.id ?? id))
      .map(({ id, nearfield, created }) => ({
        name: nearfield?.id ?? id,
        model: nearfield?.id ?? id,
        modified_at: new Date(created * 1000).toISOString(),
        size: 0,
        digest: '',
        details: { family: nearfield?.family ?? '', format: 'onnx' },
      }));
    return context.json({ models });
  });
}
