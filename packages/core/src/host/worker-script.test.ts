import { expect, it } from 'vitest';
import { besidePackage } from './worker-script.ts';

it.each([
  [
    'http://localhost:5173/node_modules/.vite/deps/worker-wasm.js?worker_file&type=module',
    'http://localhost:5173/node_modules/@nearfield/core/dist/worker-wasm.js',
  ],
  [
    'http://localhost:4321/base/node_modules/.vite/deps_ssr/worker-wasm.js',
    'http://localhost:4321/base/node_modules/@nearfield/core/dist/worker-wasm.js',
  ],
  [
    'https://site.example/assets/worker-wasm-BQJNh0bu.js',
    'https://site.example/assets/worker-wasm-BQJNh0bu.js',
  ],
  [
    'http://localhost:8000/node_modules/@nearfield/core/dist/worker-wasm.js',
    'http://localhost:8000/node_modules/@nearfield/core/dist/worker-wasm.js',
  ],
])('%s', (address, expected) => {
  expect(besidePackage(address, 'wasm')).toBe(expected);
});
