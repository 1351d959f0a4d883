import { FoundationError } from '@nearfield/spec';
import { RECIPES } from '../boundary/missing-file.ts';

/** Name of the global scope's class if the realm belongs to a browser. */
const isScope = (name: string): boolean => {
  const { [name]: scope } = globalThis as unknown as Record<string, unknown>;
  return typeof scope === 'function' && globalThis instanceof scope;
};

/**
 * Why this realm cannot start workers; undefined where it can: in a page, and in a worker of a page's own. Looked up
 * at the first call, so that code which is shared with a server can make a foundation before it is in the page.
 */
export function whyNoWorkers(): FoundationError | undefined {
  // Some servers have workers; what those are missing is a page.
  if (typeof Worker !== 'undefined' && typeof location !== 'undefined') return undefined;
  return new FoundationError({
    code: 'NOT_SUPPORTED',
    message: `createLocal() computes in a Web Worker, ${reason()} Recipes: ${RECIPES}`,
  });
}

function reason(): string {
  if (globalThis.navigator?.userAgent === 'Cloudflare-Workers') {
    return 'which Cloudflare Workers do not have: call it in a page. On the edge use createNodeFoundation() of @nearfield/core/node, which segments and computes the embedded text models, or createRemote() of @nearfield/remote.';
  }
  if (isScope('ServiceWorkerGlobalScope')) {
    return 'and a service worker cannot start one: call it in a page and send it messages, or, in an extension, in an offscreen document.';
  }
  if (isScope('SharedWorkerGlobalScope')) {
    return "and this browser's shared workers cannot start one: call createLocal({ shared: true }) in the pages, which then share one.";
  }
  if (typeof location !== 'undefined') {
    return 'and there are none here: call it in a page, or in a dedicated worker of one.';
  }
  return 'and this is a server: a foundation can be made here, but called in the browser only (in an effect or an event handler). To compute on the server use createNodeFoundation() of @nearfield/core/node.';
}
