/** An adapter of WebGPU. */
export interface Adapter {
  name: string;
  /** Whether it computes on the processor, slower than WebAssembly does. */
  isSoftware: boolean;
}

/** The adapter that WebGPU computes on here; undefined where there is none. */
export async function findAdapter(): Promise<Adapter | undefined> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return undefined;
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info as GPUAdapterInfo & {
    isFallbackAdapter?: boolean;
  };
  const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed adapter';
  return {
    name,
    isSoftware: isFallbackAdapter || /swiftshader|llvmpipe|software|basic render/i.test(name),
  };
}
