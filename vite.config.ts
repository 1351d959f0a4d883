import { fileURLToPath } from 'node:url';
import { defineConfig, type PluginOption } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { WEB_MANIFEST } from './demo/src/app/web-manifest.ts';
import { MANIFEST_ICONS } from './tooling/app-icons.ts';
import { sampleIndex } from './tooling/sample-index.ts';
import { embeddedModels } from './tooling/vite-models.ts';
import { BROWSER_CONDITIONS, ISOLATION_HEADERS } from './tooling/vite-shared.ts';

const root = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * The manifest, and the service worker with the list of the build's files. Models are not among them: the engine keeps
 * them in IndexedDB. The dev server has no service worker.
 */
const installable = (): PluginOption =>
  VitePWA({
    strategies: 'injectManifest',
    srcDir: 'src/app',
    filename: 'service-worker.ts',
    // demo/src/app/registration.ts does it.
    injectRegister: false,
    manifest: { ...WEB_MANIFEST, icons: MANIFEST_ICONS },
    integration: {
      configureCustomSWViteBuild: (options) => {
        options.logLevel = 'warn';
      },
    },
    injectManifest: {
      rollupFormat: 'iife',
      globPatterns: ['index.html', '*.{js,svg}', 'icons/*.png', 'assets/**/*'],
      // Names of assets change with their content.
      dontCacheBustURLsMatching: /^assets\//,
      // Which of them are fetched ahead is decided by the service worker: demo/src/app/kept-files.ts.
      maximumFileSizeToCacheInBytes: 2 ** 26,
    },
  });

/** The demo: dev server and static build. Tests have their own configuration, vitest.config.ts. */
export default defineConfig({
  root: root('./demo'),
  // Addresses relative to the page, so that the build lies anywhere: at a root, under a path, in a preview.
  base: './',
  plugins: [embeddedModels(), sampleIndex(), installable()],
  resolve: { conditions: BROWSER_CONDITIONS },
  server: { headers: ISOLATION_HEADERS, fs: { allow: [root('.')] } },
  preview: { headers: ISOLATION_HEADERS },
  // Workers are started by URL: what they import is not found by itself, and found late it reloads the page.
  optimizeDeps: { exclude: ['onnxruntime-web'], entries: ['index.html', '../packages/core/src/worker/*.ts'] },
  worker: { format: 'es' },
  // Inlined assets would be data: URLs, which a content security policy forbids for scripts and wasm.
  build: { outDir: root('./demo/dist'), emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0 },
});
