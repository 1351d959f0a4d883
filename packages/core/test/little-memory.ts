// A hook for tests: wasm memory that cannot grow beyond 18 MiB, so that running out of it takes no gigabytes. The
// runtime starts with 16.
const PAGES = 288;
const { Memory } = WebAssembly;
WebAssembly.Memory = class extends Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super({ ...descriptor, maximum: Math.min(PAGES, descriptor.maximum ?? PAGES) });
  }
};
