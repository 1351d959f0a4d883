// What a page downloads, brotli. Budgets are a few percent above what was measured: passing one is a decision,
// made in the commit that needs the room. onnxruntime's wasm (2.7 MB for CPU, 4.7 MB with WebGPU) is not ours to
// make smaller and not in here.
//
// "page" is the package with its dependencies, bundled and minified as an application would; the workers are the
// files as published.
const page = (name) => `node_modules/.cache/nearfield/sizes/${name}.js`;

export default [
  // The users' door: limits, errors, the model catalogue, helpers for vectors. Schemas are behind the other door.
  { name: 'spec, page', path: page('spec'), limit: '7.8 kB' },
  // Schemas of all requests, the catalogue's checks, the worker's boundary and recovery, which worker a call goes to
  // (half a kilobyte), what a worker's script that does not load lacks, in words (one and a half), the drawing of SVG
  // for workers, which cannot (under half a kilobyte), inputs that fail alone, the
  // recipes of models of the caller's own (one and a half); no engine.
  { name: 'core, page', path: page('core'), limit: '29.8 kB' },
  // A sixth is the tokenizer, and in the WebGPU worker an eighth onnxruntime's JavaScript; the rest is every endpoint and the
  // model store. What a first vector does without is in files of its own, loaded when a call needs it: the segmenter
  // (13 kB), token ranks, pictures (9 kB), what changes graphs for onnxruntime (9 kB), and its JavaScript for wasm (14 kB).
  // Two are what stored records are checked with, and what sets damaged ones aside; one is for the checks of model
  // files and values; one and a half is for the files of sentence-transformers' exports.
  // The wasm worker alone has the encoder: five are its kernels in two variants, one of them for computing four numbers at
  // a time, eighteen what reads graphs for it, two its workers, under three the threads that divide a text over one memory.
  // Pages whose models run on it save onnxruntime's 2.7 MB. With the page's part a first vector takes 155 kB at most.
  { name: 'core, wasm worker', path: 'packages/core/dist/worker-wasm.js', limit: '124 kB' },
  { name: 'core, WebGPU worker', path: 'packages/core/dist/worker-webgpu.js', limit: '108 kB' },
  // All endpoints' schemas, fetch and errors, the budget of a key and repetition; no catalogue. The reader's services,
  // jobs, streams, capabilities and calls of many requests are files that a page loads when it calls them.
  { name: 'remote, page', path: page('remote'), limit: '16.5 kB' },
  // The same without the contract, which a page has once: 8 KB, which are 8,192 bytes.
  { name: 'remote beside spec', path: page('remote-beside-spec'), limit: '8.192 kB', gzip: true },
  // Policies, failover and spaces; what it chooses between is the page's own to load. A tenth of a kilobyte is for
  // transformers.js as a place, and for requests nested without end.
  { name: 'router beside spec', path: page('router-beside-spec'), limit: '5.4 kB', gzip: true },
  // transformers.js, minified; onnxruntime's wasm is beside it.
  { name: 'transformers, worker', path: 'packages/transformers/dist/worker.js', limit: '126 kB' },
  // The door alone: what reads HTML and PDF is loaded with the first page of its kind. The last 0.2 kB are for the options
  // that are refused by kind of input.
  { name: 'reader, page', path: page('reader'), limit: '9.2 kB' },
  // What makes Markdown of what pdfjs-dist finds, as published; pdfjs-dist is the page's own.
  { name: 'reader, PDF', path: 'packages/reader/dist/chunk-pdf-*.js', limit: '18.4 kB' },
  // Analysis with the English stemmer, reading of indexes, ranking, indexes at a server (over half a kilobyte); errors and
  // vectors of the contract. One kilobyte is for filters by ranges, counts of a query, and keystrokes that are scored in
  // plain numbers.
  { name: 'search, page', path: page('search'), limit: '17.5 kB' },
  // The file that a page without a bundler loads, gzip, with its style sheet, the reader of indexes and the ranking, and
  // English; other languages are files of one kilobyte. A fifth is lit.
  { name: 'search, element', path: page('search-element/nearfield-search'), limit: '39.8 kB', gzip: true },
];
