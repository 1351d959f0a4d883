import { familySuite } from '../family-suite.ts';
import { pageWebGpuRuntime } from '../webgpu-runtime.ts';

familySuite({ quick: true, runtime: async () => pageWebGpuRuntime() });
