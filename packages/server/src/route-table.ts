import type { Hono } from 'hono';
import type { ApiContext, Variables } from './context.ts';

export type Method = 'GET' | 'POST' | 'DELETE';
type Answer = (context: ApiContext) => Response | Promise<Response>;

/** One method of one path. */
export interface RouteFacts {
  method: Method;
  /** As Hono has it: `/v1/batch/:id`. */
  path: string;
}

/** The routes of an application, which also knows what they are. */
export class RouteTable {
  readonly #app: Hono<Variables>;
  readonly routes: RouteFacts[] = [];
  readonly #patterns: (RouteFacts & { pattern: RegExp })[] = [];

  constructor(app: Hono<Variables>) {
    this.#app = app;
  }

  add(method: Method, path: string, answer: Answer): void {
    this.#app.on(method, path, answer);
    this.routes.push({ method, path });
    // `:id{.+}` takes slashes, `:id` does not.
    const source = path.replace(/:\w+(\{[^}]+\})?/g, (_, many?: string) => (many ? '.+' : '[^/]+'));
    this.#patterns.push({ method, path, pattern: new RegExp(`^${source}$`) });
  }

  /** Methods that a path has; none for one that is not served. */
  allowed(path: string): string[] {
    const plain = withoutSlash(path);
    const methods = new Set<string>();
    for (const { method, pattern } of this.#patterns) {
      if (!pattern.test(plain)) continue;
      methods.add(method);
      if (method === 'GET') methods.add('HEAD');
    }
    return methods.size > 0 ? [...methods, 'OPTIONS'] : [];
  }

  /** The pattern that answers a request; undefined where none does. */
  patternOf(method: string, path: string): string | undefined {
    const wanted = method === 'HEAD' ? 'GET' : method;
    const plain = withoutSlash(path);
    return this.#patterns.find((route) => route.method === wanted && route.pattern.test(plain))?.path;
  }
}

/** Hono takes a path with a final slash for the one without. */
const withoutSlash = (path: string): string => (path.length > 1 ? path.replace(/\/$/, '') : path);
