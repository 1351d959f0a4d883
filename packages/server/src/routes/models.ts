import type { ModelInfo } from '@nearfield/spec';
import { call } from '../context.ts';
import type { ApiService } from '../service.ts';

/** Models, capabilities and classifiers. @param reads whether pages are read */
export function modelRoutes(service: ApiService, reads: boolean): void {
  const { foundation, routes } = service;

  routes.add('GET', '/v1/models', async (context) => {
    const [{ data }, served] = await Promise.all([foundation.models.list(call(context)), service.served()]);
    const listed = data.filter((model) => isServed(model, served));
    // OpenAI's clients know a list by `object`.
    return service.reply(context, { object: 'list', data: listed.map(withOwner) });
  });
  // Full ids have a slash.
  routes.add('GET', '/v1/models/:id{.+}', async (context) =>
    service.reply(context, withOwner(await foundation.models.get(context.req.param('id')!, call(context)))),
  );

  // Beyond the API: a client cannot know otherwise which methods are behind these routes. Neither the
  // device nor stored files are reported: they are this machine's own affairs.
  routes.add('GET', '/v1/capabilities', async (context) => {
    const { methods, models } = await foundation.capabilities();
    return context.json({ methods: { ...methods, read: reads, search: false, ground: false }, models });
  });

  for (const method of ['GET', 'POST'] as const) {
    routes.add(method, '/v1/classifiers', async (context) =>
      service.reply(context, await foundation.classifiers.list(call(context))),
    );
  }
  routes.add('DELETE', '/v1/classifiers/:id', async (context) =>
    service.reply(context, await foundation.classifiers.delete(context.req.param('id')!, call(context))),
  );
}

/** Whether a model can be asked for; models of other servers are all taken to be. */
function isServed({ id, nearfield }: ModelInfo, served: ReadonlySet<string> | undefined): boolean {
  return !served || served.has(nearfield?.id ?? id);
}

/** With the fields by which OpenAI's clients know a model. */
const withOwner = (model: ModelInfo) => ({
  ...model,
  object: 'model' as const,
  owned_by: model.id.includes('/') ? model.id.slice(0, model.id.indexOf('/')) : 'local',
});
