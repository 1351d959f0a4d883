import { FoundationError } from '@nearfield/spec';
import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import * as ort from 'onnxruntime-web/webgpu';
import { webGpuRuntime } from '../engine/runtime/onnx/webgpu.ts';
import { serve } from './serve.ts';
import { startRuntime } from './start-runtime.ts';
import { chooseThreads } from './threads.ts';

serve(async ({ reason, threads: wanted, threadsFailed, wasmPaths }) => {
  const { threads, reason: threadsReason } = chooseThreads(wanted, threadsFailed);
  const files = wasmPaths ?? { mjs: mjsUrl, wasm: wasmUrl };
  ort.env.wasm.wasmPaths = files;
  ort.env.wasm.numThreads = threads;
  const { device, adapter } = await requestDevice();
  ort.env.webgpu.device = device;
  const f16 = device.features.has('shader-f16');
  const { vendor, architecture, description } = adapter.info;
  return webGpuRuntime(ort, {
    reason,
    adapter: description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed adapter',
    f16,
    threads,
    threadsReason,
    start: (sessionOptions) => startRuntime({ load: async () => ort, files, sessionOptions }),
    lost: device.lost.then(({ message }) => message || 'the GPU device was lost'),
    dispose: () => device.destroy(),
  });
});

/** A device with everything the adapter allows: large vocabularies exceed the default buffer limits. */
async function requestDevice(): Promise<{ adapter: GPUAdapter; device: GPUDevice }> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new FoundationError({
      code: 'DEVICE_NOT_AVAILABLE',
      message: 'This browser has no WebGPU adapter. Use device "wasm" or "auto".',
    });
  }
  const requiredFeatures = (['shader-f16', 'subgroups'] as GPUFeatureName[]).filter((feature) =>
    adapter.features.has(feature),
  );
  const requiredLimits: Record<string, number> = {};
  for (const limit of [
    'maxBufferSize',
    'maxStorageBufferBindingSize',
    'maxComputeWorkgroupStorageSize',
    'maxComputeWorkgroupSizeX',
    'maxComputeWorkgroupSizeY',
    'maxComputeWorkgroupSizeZ',
    'maxComputeInvocationsPerWorkgroup',
    'maxComputeWorkgroupsPerDimension',
    'maxStorageBuffersPerShaderStage',
  ] as const) {
    requiredLimits[limit] = adapter.limits[limit];
  }
  return { adapter, device: await adapter.requestDevice({ requiredFeatures, requiredLimits }) };
}
