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
  // A third is onnxruntime's JavaScript, a sixth the tokenizer; the rest is every endpoint, the model store, the
  // graph rewriter, pictures and the segmenter. Token ranks are separate files, loaded when they are asked for.
  // Six kilobytes are what tells the end of a sentence from an abbreviation, an ordinal or quoted speech in 25
  // languages (words and rules), and the segmenter's work in slices; two are what stored records are checked with,
  // and what sets damaged ones aside; one is for the checks of model files, values and
  // pictures; one and a half is for the files of sentence-transformers' exports.
  // The wasm worker alone has the encoder: ten are its kernels in two variants, seventeen what reads graphs for it. Pages
  // without isolation save onnxruntime's 2.7 MB by it.
  { name: 'core, wasm worker', path: 'packages/core/dist/worker-wasm.js', limit: '160 kB' },
  { name: 'core, WebGPU worker', path: 'packages/core/dist/worker-webgpu.js', limit: '133 kB' },
  // All endpoints' schemas, fetch and errors, asking again without inputs that fail alone; no catalogue.
  { name: 'remote, page', path: page('remote'), limit: '17.3 kB' },
  // Analysis with the English stemmer, reading of indexes, ranking; errors and vectors of the contract.
  { name: 'search, page', path: page('search'), limit: '22.8 kB' },
  // The file that a page without a bundler loads, gzip, with its style sheet, the reader of indexes and the ranking, and
  // English; other languages are files of one kilobyte. A fifth is lit.
  { name: 'search, element', path: page('search-element/nearfield-search'), limit: '37.5 kB', gzip: true },
];
