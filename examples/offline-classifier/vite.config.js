import { defineConfig } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

export default defineConfig({
  plugins: [
    VitePWA({
      registerType: 'autoUpdate',
      manifest: {
        name: 'Teach a classifier',
        short_name: 'Classifier',
        display: 'standalone',
        icons: [{ src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' }],
      },
      workbox: {
        // Page, worker and encoder. The library keeps the model itself, in IndexedDB; onnxruntime is for larger models.
        globPatterns: ['**/*.{html,js,css,svg,wasm}'],
        globIgnores: ['**/ort-*', '**/models/**'],
        maximumFileSizeToCacheInBytes: 4_000_000,
      },
    }),
  ],
});
