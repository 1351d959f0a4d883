// What a page downloads, brotli. Budgets are a few percent above what was measured: passing one is a decision,
// made in the commit that needs the room. onnxruntime's wasm (2.7 MB for CPU, 4.7 MB with WebGPU) is not ours to
// make smaller and not in here.
//
// "page" is the package with its dependencies, bundled and minified as an application would; the workers are the
// files as published.
const page = (name) => `node_modules/.cache/nearfield/sizes/${name}.js`;

export default [
  // Everything that the contract exports, validator and all schemas included. Applications use a part of it.
  { name: 'spec, page', path: page('spec'), limit: '18.5 kB' },
  // Schemas of the requests, the worker's boundary, no engine: the first paint must not wait for it.
  { name: 'core, page', path: page('core'), limit: '16.5 kB' },
  // About half is onnxruntime's JavaScript, a quarter the tokenizer.
  { name: 'core, wasm worker', path: 'packages/core/dist/worker-wasm.js', limit: '53 kB' },
  { name: 'core, WebGPU worker', path: 'packages/core/dist/worker-webgpu.js', limit: '57 kB' },
  // All endpoints' schemas, fetch and retries.
  { name: 'remote, page', path: page('remote'), limit: '20 kB' },
];
