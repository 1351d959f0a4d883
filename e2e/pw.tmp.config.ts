import base from '/work/wt/encoder-threads/e2e/playwright.config.ts';
export default {
  ...base,
  testDir: '/work/wt/encoder-threads/e2e/tests',
  webServer: undefined,
  reporter: 'list',
  outputDir: '/tmp/encoder-threads/pw',
};
