// The wasm worker with a hook that sees what is transferred.
import './watch-transfers.ts';
import '../src/worker/wasm.ts';
