import { describe, expect, it } from 'vitest';
import { readInTurns } from './read-texts.ts';

/** Keeps this thread busy, as a tokenizer does. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('readInTurns', () => {
  it('reads in order and lets messages in meanwhile', async () => {
    const order: string[] = [];
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      order.push('message');
      port1.close();
    };
    port2.postMessage('a call');
    const read = await readInTurns([1, 2, 3, 4, 5, 6, 7, 8], undefined, (item, index) => {
      work(10);
      order.push(String(item));
      return item * 10 + index;
    });
    expect(read).toEqual([10, 21, 32, 43, 54, 65, 76, 87]);
    expect(order.indexOf('message')).toBeGreaterThan(0);
    expect(order.indexOf('message')).toBeLessThan(order.length - 1);
  });

  it('stops when the call is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    let read = 0;
    const reading = readInTurns(Array(100).fill('text'), controller.signal, () => {
      work(3);
      if (++read === 10) controller.abort(reason);
    });
    await expect(reading).rejects.toBe(reason);
    expect(read).toBeLessThan(20);
  });

  it('passes on what an item throws', async () => {
    const reading = readInTurns([1, 2], undefined, (item) => {
      if (item === 2) throw new Error('too long');
    });
    await expect(reading).rejects.toThrow('too long');
  });
});
