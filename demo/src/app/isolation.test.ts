import { expect, test } from 'vitest';
import { embedderPolicy, isolated } from './isolation.ts';

test('a response gets the headers of isolation, and keeps what it is', async () => {
  const before = new Response('text', { status: 203, headers: { 'Content-Type': 'text/javascript' } });
  const after = isolated(before, 'credentialless');
  expect(after.status).toBe(203);
  expect(await after.text()).toBe('text');
  expect(Object.fromEntries(after.headers)).toEqual({
    'content-type': 'text/javascript',
    'cross-origin-embedder-policy': 'credentialless',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
});

test('headers of the host stay, and an answer without a body has none', () => {
  const headers = { 'Cross-Origin-Embedder-Policy': 'require-corp' };
  const after = isolated(new Response(null, { status: 204, headers }), 'credentialless');
  expect(after.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
  expect(after.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
  expect(after.body).toBeNull();
});

test('only browsers that know the word get it', () => {
  const chromium = (version: string) => [
    { brand: 'Not A Brand', version: '99' },
    { brand: 'Chromium', version },
  ];
  expect(embedderPolicy(chromium('156'))).toBe('credentialless');
  expect(embedderPolicy(chromium('96'))).toBe('credentialless');
  expect(embedderPolicy(chromium('95'))).toBe('require-corp');
  expect(embedderPolicy([])).toBe('require-corp');
});
