import { FoundationError } from '@nearfield/spec';
import { expect, it } from 'vitest';
import { DrivenClock } from '../test/driven-clock.ts';
import { Pacer, type Pass } from './pacer.ts';

const never = new AbortController().signal;

/** Requests that are answered at once. @returns the times at which they passed, in seconds */
async function times(
  pacer: Pacer,
  clock: DrivenClock,
  count: number,
  leave: Parameters<Pass['leave']>[0] = {},
  bytes = 0,
): Promise<number[]> {
  const passed: number[] = [];
  const requests = Array.from({ length: count }, async () => {
    const pass = await pacer.enter(bytes, false, never);
    passed.push(clock.now() / 1000);
    pass.leave(leave);
  });
  await Promise.all(requests);
  return passed;
}

it('lets as many requests pass per minute as the budget has', async () => {
  const clock = new DrivenClock();
  const pacer = new Pacer({ requestsPerMinute: 2 }, clock);
  expect(await times(pacer, clock, 5)).toEqual([0, 0, 60, 60, 120]);
});

it('counts a request until a minute after its answer: nobody knows when the server counts it', async () => {
  const clock = new DrivenClock();
  const pacer = new Pacer({ requestsPerMinute: 1 }, clock);
  const pass = await pacer.enter(0, false, never);
  const next = pacer.enter(0, false, never);
  clock.after(10_000, () => pass.leave({}));
  await next;
  expect(clock.now()).toBe(70_000);
});

it('estimates tokens high at first, and learns from answers', async () => {
  const clock = new DrivenClock();
  const pacer = new Pacer({ tokensPerMinute: 1000 }, clock);
  // 1,200 bytes are 600 tokens until it is known that they are 300.
  expect(await times(pacer, clock, 1, { tokens: 300 }, 1200)).toEqual([0]);
  expect(await times(pacer, clock, 1, { tokens: 300 }, 1200)).toEqual([0]);
  expect(await times(pacer, clock, 1, { tokens: 300 }, 1200)).toEqual([60]);
});

it('a request above the whole budget goes alone', async () => {
  const clock = new DrivenClock();
  const pacer = new Pacer({ tokensPerMinute: 10 }, clock);
  expect(await times(pacer, clock, 2, { tokens: 100 }, 100)).toEqual([0, 60]);
});

it('believes the server: others use the same key, the limit is another', async () => {
  const clock = new DrivenClock();
  const headers = new Headers({ 'X-RateLimit-Remaining-Requests': '1' });
  const pacer = new Pacer({ requestsPerMinute: 10 }, clock);
  await times(pacer, clock, 1, { headers });
  expect(await times(pacer, clock, 2)).toEqual([0, 60]);

  const raised = new Pacer({ requestsPerMinute: 2 }, clock);
  const start = clock.now() / 1000;
  await times(raised, clock, 1, { headers: new Headers({ 'X-RateLimit-Remaining-Requests': '499' }) });
  expect(await times(raised, clock, 20)).toEqual(Array(20).fill(start));

  const told = new Pacer({ requestsPerMinute: 500 }, clock);
  const limited = { 'X-RateLimit-Remaining-Requests': '1', 'X-RateLimit-Limit-Requests': '2' };
  await times(told, clock, 1, { headers: new Headers(limited) });
  expect(await times(told, clock, 2)).toEqual([start, start + 60]);
});

it('pauses after a refusal, as long as the server says or longer each time', async () => {
  const clock = new DrivenClock();
  const pacer = new Pacer({}, clock);
  const refused = (retryAfter?: number) =>
    new FoundationError({ code: 'RATE_REQUEST_LIMIT_EXCEEDED', message: 'x', retryAfter });
  await times(pacer, clock, 1, { refusal: refused(7) });
  expect(await times(pacer, clock, 1, { refusal: refused() })).toEqual([7]);
  expect(await times(pacer, clock, 1, { refusal: refused() })).toEqual([8]);
  expect(await times(pacer, clock, 1, { tokens: 1 })).toEqual([10]);
  await times(pacer, clock, 1, { refusal: refused() });
  expect(await times(pacer, clock, 1)).toEqual([11]);
});

it('halves the requests at a time if there were too many, and lets them grow back', async () => {
  const clock = new DrivenClock();
  const pacer = new Pacer({ concurrency: 4 }, clock);
  const enter = () => pacer.enter(0, false, never);
  const [first, second, ...rest] = [await enter(), await enter(), await enter(), await enter()];
  first!.leave({
    refusal: new FoundationError({ code: 'RATE_CONCURRENCY_LIMIT_EXCEEDED', message: 'x', retryAfter: 1 }),
  });
  let entered = 0;
  const waiting = Array.from({ length: 3 }, async () => {
    const pass = await enter();
    entered++;
    return pass;
  });
  second!.leave({});
  rest[0]!.leave({});
  await waiting[0];
  expect(entered).toBe(1);
  rest[1]!.leave({ tokens: 1 });
  await waiting[1];
  expect(entered).toBe(2);
});

it('lets urgent requests pass first, and forgets those that gave up', async () => {
  const clock = new DrivenClock();
  const pacer = new Pacer({ concurrency: 1 }, clock);
  const running = await pacer.enter(0, false, never);
  const order: string[] = [];
  const stop = new AbortController();
  const queue = (name: string, isUrgent: boolean, signal = never): Promise<void> =>
    pacer.enter(0, isUrgent, signal).then(
      (pass) => {
        order.push(name);
        pass.leave({});
      },
      () => void order.push(`${name} gave up`),
    );
  const all = [queue('bulk', false), queue('left', true, stop.signal), queue('urgent', true)];
  stop.abort();
  running.leave({});
  await Promise.all(all);
  expect(order).toEqual(expect.arrayContaining(['left gave up']));
  expect(order.filter((name) => name !== 'left gave up')).toEqual(['urgent', 'bulk']);
});
