// The wasm worker with a hook. Static imports: a worker that awaits at its top level loses early messages.
import './no-vectors.ts';
import '../src/worker/wasm.ts';
