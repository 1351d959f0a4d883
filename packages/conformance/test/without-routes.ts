import type { SearchFoundation } from '@nearfield/spec';

const METHODS: ReadonlySet<string | symbol> = new Set<keyof SearchFoundation>([
  'embeddings',
  'multiVector',
  'rerank',
  'classify',
  'train',
  'segment',
  'read',
]);

/** A router whose answers are the contract's alone: without the place that gave each, which differs between calls. */
export function withoutRoutes<Foundation extends SearchFoundation>(router: Foundation): Foundation {
  return new Proxy(router, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (!METHODS.has(name)) return value.bind(target) as unknown;
      return async (...call: unknown[]) => {
        const { nearfield, ...answer } = (await value.apply(target, call)) as { nearfield: object };
        const { route: _, space: __, ...rest } = nearfield as { route?: unknown; space?: unknown };
        return Object.keys(rest).length > 0 ? { ...answer, nearfield: rest } : answer;
      };
    },
  });
}
