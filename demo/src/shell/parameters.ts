import { readServerAddress } from './server-address.ts';

export type DeviceChoice = 'auto' | 'webgpu' | 'wasm';

/** What the page's address sets. */
export interface Parameters {
  device: DeviceChoice;
  /** Where Remote asks. */
  baseUrl: string;
}

export const DEFAULT_BASE_URL = 'https://api.jina.ai';

/** Reads `?device=wasm|webgpu` and `?baseUrl=…`; anything else is as if it were not there. */
export function readParameters(search: string): Parameters {
  const parameters = new URLSearchParams(search);
  const device = parameters.get('device');
  const baseUrl = parameters.get('baseUrl');
  return {
    device: device === 'wasm' || device === 'webgpu' ? device : 'auto',
    baseUrl: readServerAddress(baseUrl ?? '').url ?? DEFAULT_BASE_URL,
  };
}
