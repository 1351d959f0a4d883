import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { embeddedModels } from './tooling/vite-models.ts';
import { BROWSER_CONDITIONS, ISOLATION_HEADERS } from './tooling/vite-shared.ts';

const root = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The demo: dev server and static build. Tests have their own configuration, vitest.config.ts. */
export default defineConfig({
  root: root('./demo'),
  // Addresses relative to the page, so that the build lies anywhere: at a root, under a path, in a preview.
  base: './',
  plugins: embeddedModels(),
  resolve: { conditions: BROWSER_CONDITIONS },
  server: { headers: ISOLATION_HEADERS, fs: { allow: [root('.')] } },
  preview: { headers: ISOLATION_HEADERS },
  // Workers are started by URL: what they import is not found by itself, and found late it reloads the page.
  optimizeDeps: { exclude: ['onnxruntime-web'], entries: ['index.html', '../packages/core/src/worker/*.ts'] },
  worker: { format: 'es' },
  // Inlined assets would be data: URLs, which a content security policy forbids for scripts and wasm.
  build: { outDir: root('./demo/dist'), emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0 },
});
