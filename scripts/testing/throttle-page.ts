/** Set up for browser tests: slows down the page's thread. Its workers are not slowed by that. */
// What the session of `cdp()` can do is declared there.
import type {} from '@vitest/browser-playwright';
import { inject } from 'vitest';
import { cdp } from 'vitest/browser';

declare module 'vitest' {
  interface ProvidedContext {
    /** How many times slower the page's thread is. */
    throttle: number;
  }
}

await cdp().send('Emulation.setCPUThrottlingRate', { rate: inject('throttle') });
