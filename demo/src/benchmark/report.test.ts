import { expect, test } from 'vitest';
import { PUBLISHED } from './published.ts';
import { browserOf, figuresOf, reportOf, toJson, toMarkdown } from './report.ts';

const MACHINE = { browser: 'Chromium 156', cores: 2, memory: 8, isIsolated: true, adapter: undefined };
const MEASURED = [
  { measure: 'mixed', items: 32, tokens: 2000, milliseconds: [1000, 1200, 800] },
  { measure: 'query', items: 1, tokens: undefined, milliseconds: [10, 20, 30, 40] },
] as const;
const measured = MEASURED.map((each) => ({ ...each, milliseconds: [...each.milliseconds] }));

test('figures are medians, with half the range between the quartiles', () => {
  const [mixed, query] = figuresOf(measured, { device: 'wasm', threads: 2 });
  expect(mixed).toMatchObject({
    median: 1000,
    spread: 100,
    perSecond: 32,
    tokensPerSecond: 2000,
    p95: undefined,
  });
  // Linear interpolation: 25 ms in the middle, 38.5 ms at 95 %.
  expect(query).toMatchObject({ median: 25, perSecond: undefined });
  expect(query!.p95).toBeCloseTo(38.5, 10);
});

test('work is compared with the published for each item', () => {
  const [mixed, query] = figuresOf(measured, { device: 'wasm', threads: 2 });
  const rows = PUBLISHED.runs.find(({ id }) => id === 'two-threads')!.rows;
  const there = rows.find(({ measure }) => measure === 'mixed')!;
  // Half as many texts here, and so half the published time is as fast.
  expect(mixed!.timesPublished).toBeCloseTo(there.milliseconds / 64 / (1000 / 32), 10);
  const one = rows.find(({ measure }) => measure === 'query')!;
  expect(query!.timesPublished).toBeCloseTo(one.milliseconds / 25, 10);
  expect(figuresOf(measured, { device: 'webgpu', threads: 2 })[0]!.timesPublished).toBeUndefined();
});

test('a report is JSON and Markdown', () => {
  const report = reportOf(
    { measured, device: undefined, memory: 51_250_241 },
    {
      length: 'short',
      device: 'wasm',
      machine: MACHINE,
      models: { embedder: 'a', reranker: 'b' },
      date: new Date('2026-11-28T12:00:00Z'),
    },
  );
  expect(JSON.parse(toJson(report))).toMatchObject({
    format: 'nearfield-benchmark',
    date: '2026-11-28T12:00:00.000Z',
    threads: 1,
    memory: 51_250_200,
    figures: [{ measure: 'mixed', publishedRun: 'one-thread' }, { measure: 'query' }],
  });
  const cold = reportOf(
    {
      measured: [{ measure: 'cold', items: 1, tokens: undefined, milliseconds: [1500] }],
      device: undefined,
      memory: undefined,
    },
    {
      length: 'short',
      device: 'wasm',
      machine: MACHINE,
      models: { embedder: 'a', reranker: 'b' },
      date: new Date(0),
    },
  );
  expect(toMarkdown(cold)).toContain('| cold start to the first vector | 1,500 ms | – |');
  expect(toMarkdown(report)).toContain('2 cores, Chromium 156, isolated, 51.3 MB of memory in use');
  expect(toMarkdown(report)).toContain('| 32 texts of mixed length | 1,000 ms ± 100 | 32/s | 0.54× |');
});

test.each([
  [
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
    'Chromium 156',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0',
    'Edge 150',
  ],
  [
    'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
    'Safari 26.1',
  ],
  ['Mozilla/5.0 (X11; rv:146.0) Gecko/20100101 Firefox/146.0', 'Firefox 146'],
])('%s is a browser', (userAgent, name) => {
  expect(browserOf(userAgent)).toBe(name);
});
