import { expect, test } from 'vitest';
import { DEFAULT_BASE_URL, readParameters } from './parameters.ts';

test.each([
  ['', 'auto', DEFAULT_BASE_URL],
  ['?device=wasm', 'wasm', DEFAULT_BASE_URL],
  ['?device=webgpu&baseUrl=http://localhost:8080', 'webgpu', 'http://localhost:8080'],
  ['?device=tpu&baseUrl=nonsense', 'auto', DEFAULT_BASE_URL],
  ['?baseUrl=javascript:alert(1)', 'auto', DEFAULT_BASE_URL],
  ['?baseUrl=localhost:8080', 'auto', 'http://localhost:8080'],
])('%j', (search, device, baseUrl) => {
  expect(readParameters(search)).toEqual({ device, baseUrl });
});
