import { afterEach, expect, it } from 'vitest';
import { createReader } from '../../src/index.ts';
import { minimalPdf } from '../minimal-pdf.ts';

const library = () => import('pdfjs-dist');
const workerUrl = new URL('../../node_modules/pdfjs-dist/build/pdf.worker.min.mjs', import.meta.url).href;
const NativeWorker = globalThis.Worker;

afterEach(() => {
  globalThis.Worker = NativeWorker;
});

it('reads a PDF in the worker that is named', async () => {
  const started: string[] = [];
  globalThis.Worker = class extends NativeWorker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      started.push(String(url));
    }
  };
  const pdf = btoa(minimalPdf('Bread stays fresh for days.'));
  const { data } = await createReader({ pdf: { library, workerUrl } }).read({ pdf });
  expect(data.content).toBe('Bread stays fresh for days.');
  expect(started).toEqual([workerUrl]);
});

it('says what a page has to give, and which worker could not be started', async () => {
  const pdf = btoa(minimalPdf('Bread'));
  await expect(createReader().read({ pdf })).rejects.toMatchObject({
    code: 'RUNTIME_NOT_AVAILABLE',
    message: expect.stringContaining('workerUrl'),
  });
  const missing = new URL('/nothing.mjs', location.href).href;
  await expect(createReader({ pdf: { library, workerUrl: missing } }).read({ pdf })).rejects.toMatchObject({
    code: 'RUNTIME_NOT_AVAILABLE',
    message: expect.stringContaining(missing),
  });
});
