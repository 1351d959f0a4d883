import { FoundationError } from '@nearfield/spec';
import type { Flavour } from './protocol.ts';

/** Which worker to start for a device option, and why. */
export async function chooseFlavour(
  wanted: 'auto' | 'webgpu' | 'wasm',
): Promise<{ flavour: Flavour; reason: string }> {
  if (wanted === 'wasm') return { flavour: 'wasm', reason: 'asked for by the device option' };
  const adapter = await requestAdapter();
  if (wanted === 'webgpu') {
    if (!adapter) {
      throw new FoundationError({
        code: 'DEVICE_NOT_AVAILABLE',
        message: `${whyNoAdapter()} Use device "wasm" or "auto".`,
      });
    }
    return { flavour: 'webgpu', reason: 'asked for by the device option' };
  }
  if (!adapter) return { flavour: 'wasm', reason: whyNoAdapter() };
  if (isSoftware(adapter)) {
    return { flavour: 'wasm', reason: 'The only WebGPU adapter is software, which is slower than wasm.' };
  }
  return { flavour: 'webgpu', reason: 'A hardware WebGPU adapter is there.' };
}

async function requestAdapter(): Promise<GPUAdapter | null> {
  try {
    return (await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? null;
  } catch {
    return null;
  }
}

function whyNoAdapter(): string {
  if (!globalThis.isSecureContext) return 'WebGPU needs a secure context (https or localhost).';
  return navigator.gpu ? 'The browser has WebGPU but no adapter for it.' : 'This browser has no WebGPU.';
}

function isSoftware({ info }: GPUAdapter): boolean {
  const fallback = (info as GPUAdapterInfo & { isFallbackAdapter?: boolean }).isFallbackAdapter;
  return (
    fallback === true ||
    /swiftshader|llvmpipe|software|basic render/i.test(
      `${info.vendor} ${info.architecture} ${info.device} ${info.description}`,
    )
  );
}
