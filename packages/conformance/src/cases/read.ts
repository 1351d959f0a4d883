import type { ReadRequest, SearchFoundation } from '@nearfield/spec';
import { describe, expect } from 'vitest';
import { expectInvalid, refusal, type Subject, unchecked } from '../subject.ts';

/** A sentence for a page, long enough to be content. */
const about = (subject: string): string =>
  `${subject} is best kept in a dry and cool place, where it lasts for several days without losing its taste.`;

const PAGE = `<!doctype html><html lang="en"><head><title>Keeping food</title>
<meta name="description" content="How food stays fresh."></head><body>
<nav><a href="/">Home</a> <a href="/shop">Shop</a></nav>
<main><article><h1>Keeping food</h1>
<p>${about('Bread')} ${about('Flour')}</p>
<h2>Fruit</h2><p>${about('An apple')} See <a href="/pears" onclick="steal()">pears</a>.</p>
<p><img src="/apple.png" alt="An apple"></p>
<h2>Passwords</h2><p>A password that was forgotten is reset on the page of the account, by a link that comes by mail.</p>
</article></main><script>alert(1)</script><footer>Copyright 2026 <a href="/terms">Terms</a></footer></body></html>`;

const request = (options: Partial<ReadRequest> = {}): ReadRequest => ({
  html: PAGE,
  url: 'https://food.example/keeping/',
  ...options,
});

/** `read` of a page's source: the form of r.jina.ai, its options, and what is refused. */
export function readCases(subject: Subject): void {
  const test = (name: string, run: (foundation: SearchFoundation) => Promise<void>): void =>
    subject.case('read', name, run);

  describe('read', () => {
    test('gives the main content as Markdown, with title, description and usage', async (foundation) => {
      const { code, data, meta } = await foundation.read(request());
      expect(code).toBe(200);
      expect(data).toMatchObject({
        title: 'Keeping food',
        description: 'How food stays fresh.',
        url: 'https://food.example/keeping/',
      });
      expect(data.content).toContain(about('Bread'));
      expect(data.content).toContain('## Fruit');
      expect(data.content).toContain('[pears](https://food.example/pears)');
      expect(data.content).not.toMatch(/Shop|Terms|alert|steal/);
      expect(data.usage?.tokens).toBeGreaterThan(50);
      expect(meta?.usage).toEqual(data.usage);
    });

    test('counts the tokens that the segmenter counts', async (foundation) => {
      const { data } = await foundation.read(request());
      const { num_tokens } = await foundation.segment({ content: data.content });
      expect(data.usage).toEqual({ tokens: num_tokens });
    });

    test('lists links and pictures of the whole page if it is to', async (foundation) => {
      const { data } = await foundation.read(request({ withLinksSummary: true, withImagesSummary: true }));
      expect(data.links).toMatchObject({
        Shop: 'https://food.example/shop',
        Terms: 'https://food.example/terms',
      });
      expect(data.images).toEqual({ 'Image 1: An apple': 'https://food.example/apple.png' });
      const all = await foundation.read(request({ withLinksSummary: 'all' }));
      expect(all.data.links).toContainEqual(['Home', 'https://food.example/']);
      expect((await foundation.read(request())).data.links).toBeUndefined();
    });

    test('reads the parts that selectors name, and leaves out others', async (foundation) => {
      const nav = await foundation.read(request({ targetSelector: 'nav', retainLinks: 'text' }));
      expect(nav.data.content).toBe('Home Shop');
      const some = await foundation.read(request({ targetSelector: ['h1', 'h2'], removeSelector: ['h2'] }));
      expect(some.data.content).toBe('# Keeping food');
      await expectInvalid(foundation.read(request({ targetSelector: 'p:::' })), 'targetSelector');
    });

    test('cuts to maxTokens, and refuses more than tokenBudget', async (foundation) => {
      const long = request({
        html: PAGE.replace('<h2>Fruit', `${`<p>${about('Cheese')}</p>`.repeat(60)}<h2>Fruit`),
      });
      const { data } = await foundation.read({ ...long, maxTokens: 500 });
      expect(data.usage!.tokens).toBeLessThanOrEqual(500);
      expect(data.usage!.tokens).toBeGreaterThan(450);
      const error = await refusal(foundation.read({ ...long, tokenBudget: 500 }));
      expect(error).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED' });
    });

    test('cuts into chunks at headings', async (foundation) => {
      const { data } = await foundation.read(request({ markdownChunking: 'h2', targetSelector: 'article' }));
      expect(data.chunks!.map((chunk) => chunk.split('\n')[0])).toEqual([
        '# Keeping food',
        '## Fruit',
        '## Passwords',
      ]);
      expect(data.chunks!.join('\n\n')).toBe(data.content);
    });

    test('leaves the passages that answer a question, within a budget', async (foundation) => {
      const filler = `<p>${about('Cheese')} ${about('Butter')} ${about('Milk')} ${about('Ham')}</p>`.repeat(
        40,
      );
      const html = PAGE.replace('<h2>Fruit', `${filler}<h2>Fruit`);
      const { data } = await foundation.read(
        request({ html, question: 'How do I get a new password?', maxTokens: 500 }),
      );
      expect(data.content).toContain('is reset on the page of the account');
      expect(data.usage!.tokens).toBeLessThanOrEqual(500);
    });

    test('refuses a request that names nothing, or two things', async (foundation) => {
      await expectInvalid(foundation.read(unchecked({})), /./);
      await expectInvalid(foundation.read({ html: 'a', pdf: 'b' }), /./);
    });

    test('refuses by name what a page cannot do', async (foundation) => {
      for (const option of [
        { returnFormat: 'screenshot' },
        { injectPageScript: 'a()' },
        { withGeneratedAlt: true },
      ]) {
        const error = await refusal(foundation.read(request(option as Partial<ReadRequest>)));
        expect(error).toMatchObject({ code: 'NOT_SUPPORTED' });
        expect(error.message).toContain(Object.keys(option)[0]);
      }
    });
  });
}
