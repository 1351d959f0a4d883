import { FoundationError } from '@nearfield/spec';
import type { Flavour } from '../boundary/protocol.ts';

export interface DeviceChoice {
  flavour: Flavour;
  reason: string;
  /** The adapter's name, if the flavour is WebGPU. */
  adapter?: string;
  /** True for a software adapter, which is too slow to measure in passing. */
  isSoftware?: boolean;
  /** True if wasm is allowed too, so that measuring decides between them. */
  open?: boolean;
}

/** Chooses the worker to start for a device option, and gives the reason. */
export async function chooseFlavour(wanted: 'auto' | 'webgpu' | 'wasm'): Promise<DeviceChoice> {
  if (wanted === 'wasm') return { flavour: 'wasm', reason: 'Set by the device option.' };
  const adapter = await requestAdapter();
  if (wanted === 'webgpu') {
    if (!adapter) {
      throw new FoundationError({
        code: 'DEVICE_NOT_AVAILABLE',
        message: `${whyNoAdapter()} Use device "wasm" or "auto".`,
      });
    }
    return {
      flavour: 'webgpu',
      reason: 'Set by the device option.',
      adapter: nameOf(adapter),
      isSoftware: isSoftware(adapter),
    };
  }
  if (!adapter) return { flavour: 'wasm', reason: whyNoAdapter() };
  if (isSoftware(adapter)) {
    return { flavour: 'wasm', reason: 'The only WebGPU adapter is software, which is slower than wasm.' };
  }
  return {
    flavour: 'webgpu',
    reason: 'This device has a hardware WebGPU adapter.',
    adapter: nameOf(adapter),
    open: true,
  };
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

const nameOf = ({ info }: GPUAdapter): string =>
  [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ');

function isSoftware(adapter: GPUAdapter): boolean {
  const { isFallbackAdapter } = adapter.info as GPUAdapterInfo & { isFallbackAdapter?: boolean };
  return isFallbackAdapter === true || /swiftshader|llvmpipe|software|basic render/i.test(nameOf(adapter));
}
