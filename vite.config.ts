import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { findBrowser } from './scripts/browser.mjs';

const root = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Threads in wasm need SharedArrayBuffer, which needs a cross-origin isolated page. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const resolve = { conditions: ['@nearfield/source', 'module', 'browser', 'development|production'] };
const browser = findBrowser();

export default defineConfig({
  root: root('./demo'),
  resolve,
  publicDir: root('./demo/public'),
  server: { headers: isolation, fs: { allow: [root('.')] } },
  preview: { headers: isolation },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  worker: { format: 'es' },
  build: { outDir: root('./demo/dist'), emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0 },
  test: {
    projects: [
      {
        root: root('.'),
        resolve: { conditions: ['@nearfield/source', 'node'] },
        ssr: { resolve: { conditions: ['@nearfield/source', 'node'] } },
        test: {
          name: 'node',
          environment: 'node',
          include: ['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
          testTimeout: 60_000,
        },
      },
      {
        root: root('.'),
        resolve,
        server: { headers: isolation, fs: { allow: [root('.')] } },
        optimizeDeps: { exclude: ['onnxruntime-web'] },
        worker: { format: 'es' },
        test: {
          name: 'browser',
          include: ['packages/*/src/**/*.browser.test.ts'],
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(browser ? { executablePath: browser } : {}),
                args: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
              },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
