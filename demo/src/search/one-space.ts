import type { Router, RouterCallOptions } from '@nearfield/router';
import type { EmbeddingsRequest, SearchFoundation } from '@nearfield/spec';
import type { App } from '../shell/app.ts';

/**
 * A router for the index of this browser, whose vectors are all of one space. Until an answer of this browser has named
 * that space, only this browser is asked; then also a server, if it computes the same.
 */
export function oneSpace(router: Router): SearchFoundation {
  const spaces = new Map<string, string>();
  const embeddings = async (request: EmbeddingsRequest, options: RouterCallOptions = {}) => {
    const space = spaces.get(request.model);
    const answer = await router.embeddings(request, {
      ...options,
      ...(space === undefined ? { place: 'local' } : { space }),
    });
    const { id } = answer.nearfield.space ?? {};
    if (id !== undefined) spaces.set(request.model, id);
    return answer;
  };
  return new Proxy<SearchFoundation>(router, {
    get: (target, name) => (name === 'embeddings' ? embeddings : Reflect.get(target, name, target)),
  });
}

const routed = new WeakMap<Router, SearchFoundation>();

/** The foundation for indexes of this browser. In Auto a server may help, within one space. */
export function foundationHere(app: App): SearchFoundation {
  if (app.state.mode !== 'auto') return app.local();
  const router = app.router();
  const foundation = routed.get(router) ?? oneSpace(router);
  routed.set(router, foundation);
  return foundation;
}
