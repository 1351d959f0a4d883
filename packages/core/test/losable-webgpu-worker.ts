// The WebGPU worker with a hook. Static imports: a worker that awaits at its top level loses early messages.
import './lose-device.ts';
import '../src/worker/webgpu.ts';
