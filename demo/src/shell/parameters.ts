import { readServerAddress } from './server-address.ts';

export type DeviceChoice = 'auto' | 'webgpu' | 'wasm';

export const isDeviceChoice = (value: unknown): value is DeviceChoice =>
  value === 'auto' || value === 'webgpu' || value === 'wasm';

/** What the page's address sets. */
export interface Parameters {
  device: DeviceChoice;
  /** Where Remote asks. */
  baseUrl: string;
}

export const DEFAULT_BASE_URL = 'https://api.jina.ai';

/**
 * Reads `?device=auto|wasm|webgpu` and `?baseUrl=…`; anything else is as if it were not there.
 * @param kept what holds where the address says nothing
 */
export function readParameters(search: string, kept: Partial<Parameters> = {}): Parameters {
  const parameters = new URLSearchParams(search);
  const device = parameters.get('device');
  const baseUrl = parameters.get('baseUrl');
  return {
    device: isDeviceChoice(device) ? device : (kept.device ?? 'auto'),
    baseUrl: readServerAddress(baseUrl ?? '').url ?? kept.baseUrl ?? DEFAULT_BASE_URL,
  };
}
