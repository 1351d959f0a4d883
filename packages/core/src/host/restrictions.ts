/** Features that this page lacks because it is not a secure context (plain http) or its browser is old. */
export function pageRestrictions(): string[] {
  const { locks, storage } = navigator as { locks?: LockManager; storage?: StorageManager };
  const why = globalThis.isSecureContext
    ? 'this browser does not support them'
    : 'the page needs https or localhost for that';
  const found: string[] = [];
  if (!locks) {
    found.push(
      `Tabs cannot wait for each other (no Web Locks: ${why}): train classifiers and run batches in one tab at a time; each tab downloads a model by itself, and the option shared gives each tab a worker of its own.`,
    );
  }
  if (!storage) {
    found.push(`The browser does not say how much room is left, nor promise to keep files (${why}).`);
  }
  if (!crypto.subtle) {
    found.push(`Files are hashed by script, which is slower (no WebCrypto: ${why}).`);
  }
  if (typeof ImageDecoder === 'undefined') {
    found.push(
      `Pictures with transparency are decoded through a canvas, which rounds their colours (no ImageDecoder: ${why}).`,
    );
  }
  return found;
}
