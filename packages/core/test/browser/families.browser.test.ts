import { familySuite } from '../family-suite.ts';
import { pageWasmRuntime } from '../wasm-runtime.ts';

familySuite({ runtime: async () => pageWasmRuntime() });
