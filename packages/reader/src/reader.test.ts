import { expect, it } from 'vitest';
import { createReader } from './index.ts';

it('reads the main content of a page', async () => {
  const paragraph = 'Bread stays fresh for days if it is kept dry and cool, in a cloth and not in a bag.';
  const html = `<!doctype html><html><head><title>Bread</title></head><body><nav><a href="/">Home</a></nav><article><h2>Keep it</h2><p>${paragraph}</p><p>${paragraph}</p></article></body></html>`;
  const { data } = await createReader().read({ html });
  expect(data.title).toBe('Bread');
  expect(data.content).toContain(paragraph);
  expect(data.content).not.toContain('Home');
});
