import { vi } from 'vitest';

/** Only software WebGPU is to be had in tests: to the page it is presented as hardware. Ends with `vi.restoreAllMocks()`. */
export function presentAsHardware(): void {
  const requestAdapter = navigator.gpu.requestAdapter.bind(navigator.gpu);
  vi.spyOn(navigator.gpu, 'requestAdapter').mockImplementation(async (options) => {
    const adapter = await requestAdapter(options);
    const info = { vendor: 'test', architecture: 'chip', device: '', description: '' };
    return (
      adapter &&
      new Proxy(adapter, { get: (target, name) => (name === 'info' ? info : Reflect.get(target, name)) })
    );
  });
}
