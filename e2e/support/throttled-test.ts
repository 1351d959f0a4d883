/** Playwright's test, whose pages' threads are slowed down by `npm test -- --throttle`. */
import { test as base, expect } from '@playwright/test';

const rate = Number(process.env.NEARFIELD_THROTTLE ?? 1);

export const test = base.extend({
  context: async ({ context }, use) => {
    if (rate > 1) {
      context.on('page', async (page) => {
        try {
          const session = await context.newCDPSession(page);
          await session.send('Emulation.setCPUThrottlingRate', { rate });
        } catch {
          // It was closed at once.
        }
      });
    }
    await use(context);
  },
});

export { expect };
