/** Settings that the demo and the browser tests share. */

/** Threads in wasm need SharedArrayBuffer, which needs a cross-origin isolated page. */
export const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * Workspace packages resolve to their sources. The runtime resolves to the build that loads its files from
 * given URLs: its other build names them itself, and Vite would then emit each of them twice.
 */
export const BROWSER_CONDITIONS = [
  '@nearfield/source',
  'onnxruntime-web-use-extern-wasm',
  'module',
  'browser',
  'development|production',
];
