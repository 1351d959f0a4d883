/** Set up for browser tests: slows down the page's thread. Its workers are not slowed by that. */
// Declares the methods of the session of `cdp()`.
import type {} from '@vitest/browser-playwright';
import { inject } from 'vitest';
import { cdp } from 'vitest/browser';

declare module 'vitest' {
  interface ProvidedContext {
    /** Factor by which the page's thread is slowed down. */
    throttle: number;
  }
}

await cdp().send('Emulation.setCPUThrottlingRate', { rate: inject('throttle') });
