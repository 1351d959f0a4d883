import { expect, it } from 'vitest';

it('threads of an isolated page give the bits of one, with the kernels that this machine uses', async () => {
  expect(crossOriginIsolated).toBe(true);
  const leader = new Worker(new URL('./leader-worker.ts', import.meta.url), { type: 'module' });
  const answer = new Promise((resolve) => {
    leader.onmessage = ({ data }) => resolve(data);
    leader.onerror = ({ message }) => resolve(message);
  });
  leader.postMessage('start');
  expect(await answer).toBe('the same bits');
  leader.terminate();
});
