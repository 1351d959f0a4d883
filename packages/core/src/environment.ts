/** Whether this is a page or one of its workers; else Node. For words that are right in one of the two only. */
export const inBrowser = (): boolean => typeof location === 'object' && location !== null;

/** Base of relative addresses: the document's, or the worker script's own. Undefined on a server. */
export const baseAddress = (): string | undefined =>
  globalThis.document?.baseURI ?? globalThis.location?.href;
