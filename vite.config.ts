import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { models } from './scripts/vite-models.ts';
import { browserConditions, isolationHeaders } from './scripts/vite-shared.ts';

const root = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The demo: dev server and static build. Tests have their own configuration, vitest.config.ts. */
export default defineConfig({
  root: root('./demo'),
  plugins: [models({ directory: root('./packages/embedded-minilm/dist') })],
  resolve: { conditions: browserConditions },
  server: { headers: isolationHeaders, fs: { allow: [root('.')] } },
  preview: { headers: isolationHeaders },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  worker: { format: 'es' },
  // Inlined assets would be data: URLs, which a content security policy forbids for scripts and wasm.
  build: { outDir: root('./demo/dist'), emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0 },
});
