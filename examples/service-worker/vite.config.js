import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    rollupOptions: {
      // The service worker is a page of its own to the bundler, and keeps its address.
      input: { index: 'index.html', sw: 'sw.js' },
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
});
