import { FoundationError } from '@nearfield/spec';
import type { Flavour } from '../boundary/protocol.ts';

export interface DeviceChoice {
  flavour: Flavour;
  reason: string;
  /** The adapter's name, where the flavour is WebGPU. */
  adapter?: string;
  /** Whether the adapter is software: too slow to be measured by the way. */
  isSoftware?: boolean;
  /** Whether wasm would do as well, so that the faster one should be found out. */
  open?: boolean;
}

/** Which worker to start for a device option, and why. */
export async function chooseFlavour(wanted: 'auto' | 'webgpu' | 'wasm'): Promise<DeviceChoice> {
  if (wanted === 'wasm') return { flavour: 'wasm', reason: 'asked for by the device option' };
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
      reason: 'asked for by the device option',
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
    reason: 'A hardware WebGPU adapter is there.',
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
