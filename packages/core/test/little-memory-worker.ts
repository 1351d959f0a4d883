// The wasm worker with a hook. Static imports: a worker that awaits at its top level loses early messages.
import './little-memory.ts';
import '../src/worker/wasm.ts';
