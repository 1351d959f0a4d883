import { expect, test } from 'vitest';
import { letterApp } from '../testing-app.ts';
import { WHOLE } from './faults.ts';
import { Playing } from './playing.ts';
import { samplesOf } from './samples.ts';

test('the form and its JSON are the same request', () => {
  const page = new Playing(letterApp().app);
  page.setField('input', ['a', 'b']);
  expect(JSON.parse(page.state.json)).toEqual({ model: 'all-MiniLM-L6-v2', input: ['a', 'b'] });
  page.setView('json');
  page.setJson('{"model":"letters","input":"c","normalized":false}');
  expect(page.state.request).toEqual({ model: 'letters', input: 'c', normalized: false });
  page.setView('form');
  expect([...page.state.unfolded]).toEqual(['model', 'input', 'normalized']);
  page.setField('normalized', undefined);
  expect(page.state.request).toEqual({ model: 'letters', input: 'c' });
});

test('JSON that is none is said, and the request before stays', async () => {
  const page = new Playing(letterApp().app);
  const before = page.state.request;
  page.setView('json');
  page.setJson('{');
  expect(await page.run()).toBe(false);
  expect(page.gaps.of(WHOLE)).toBe('This is no JSON object.');
  page.setView('form');
  expect(page.state.view).toBe('json');
  expect(page.state.request).toEqual(before);
});

test('what does not fit is said at its field, in the words of the schema', async () => {
  const page = new Playing(letterApp().app);
  page.setField('input', []);
  page.setField('dimensions', 0);
  expect(await page.run()).toBe(false);
  expect(page.gaps.of('input')).toMatch(/^Input list cannot be empty/u);
  expect(page.gaps.of('dimensions')).toBe('Input should be greater than 0');
  page.setField('dimensions', 1);
  expect(page.gaps.of('dimensions')).toBeUndefined();
  page.setField('input', ['a']);
  page.setField('return_multivector', true);
  expect(await page.run()).toBe(false);
  expect(page.gaps.of(WHOLE)).toMatch(/return_multivector/u);
});

test('a run shows the answer, who gave it and its tokens; empty lines at the end are nobody’s', async () => {
  const { app, local } = letterApp();
  const page = new Playing(app);
  page.setField('model', 'letters');
  page.setField('input', ['one two', 'three', '', '']);
  expect(await page.run()).toBe(true);
  expect(local.calls.at(-1)!.inputs).toEqual(['one two', 'three']);
  const { outcome } = page.state;
  expect(outcome).toMatchObject({ tokens: 3, answerer: { side: 'local' } });
  expect((outcome!.json as { data: { embedding: unknown }[] }).data[0]!.embedding).toBeInstanceOf(Array);
  expect(outcome!.asked).toBe(page.asked);
});

test('another side gets its own models, and what was written stays', async () => {
  const { app } = letterApp();
  const page = new Playing(app);
  const [sample] = samplesOf('embeddings');
  await app.setMode('remote');
  expect(page.state.request).toEqual(sample.request('remote'));
  page.setField('input', ['mine']);
  await app.setMode('local');
  expect(page.state.request).toEqual({ ...sample.request('local'), input: ['mine'] });
});

test('each operation keeps its request, and a link brings another', async () => {
  const page = new Playing(letterApp().app);
  page.setField('input', ['mine']);
  page.choose('rerank');
  page.choose('embeddings');
  expect(page.state.request.input).toEqual(['mine']);
  const link = await page.share('https://demo.example/?device=wasm#/playground/rerank');
  expect(link).toMatch(/^https:\/\/demo\.example\/\?device=wasm#\/playground\/embeddings\?json=/u);
  page.useSample(samplesOf('embeddings')[1]!);
  await page.open('embeddings', link.split('?').at(-1)!);
  expect(page.state.request.input).toEqual(['mine']);
  expect(await page.open('embeddings', 'z=broken')).toBe(true);
  expect(page.state.request.input).toEqual(['mine']);
});
