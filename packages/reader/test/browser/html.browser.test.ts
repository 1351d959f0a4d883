/** HTML in a real browser: what a strict policy reports, and how long the page's thread is kept. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createReader } from '../../src/index.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const SENTENCE = 'Bread stays fresh for days if it is kept dry and cool, in a cloth and not in a bag. ';

describe('under a strict policy', () => {
  /** A page whose policy allows nothing, and the violations that it reports. */
  async function strictPage(): Promise<{
    parser: typeof DOMParser;
    reports: string[];
    next: () => Promise<void>;
  }> {
    const frame = document.createElement('iframe');
    const policy = "default-src 'none'; script-src 'none'; style-src 'none'; base-uri 'none'";
    frame.srcdoc = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><p>`;
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
    document.body.append(frame);
    await loaded;
    const page = frame.contentWindow as Window & typeof globalThis;
    const reports: string[] = [];
    let tell = (): void => undefined;
    page.document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      reports.push(effectiveDirective);
      tell();
    });
    const next = (): Promise<void> =>
      new Promise((resolve) => {
        tell = resolve;
      });
    return { parser: page.DOMParser, reports, next };
  }

  it('nothing of a page is reported, and its base address counts', async () => {
    const { parser, reports, next } = await strictPage();
    vi.stubGlobal('DOMParser', parser);
    const html = `<!doctype html><html><head><base href="https://example.com/a/"><style>p { color: red }</style></head>
      <body onload="run()"><article onclick="run()"><h1 style="color: red">Bread</h1><p>${SENTENCE.repeat(3)}
      <a href="b" onmouseover='run(">")'>more</a></p>
      <svg onload="run()"></svg><img src="c.png" onerror=run()></article></body></html>`;
    const { data } = await createReader().read({ html, url: 'https://example.com/' });
    expect(data.content).toContain('[more](https://example.com/a/b)');
    // Reports come in order: the first one is of what is parsed now.
    const reported = next();
    new parser().parseFromString('<p onclick="run()">', 'text/html');
    await reported;
    expect(reports).toEqual(['script-src-attr']);
  });
});

describe('pages of 2 MB', () => {
  const repeated = (part: (index: number) => string): string => {
    const parts: string[] = [];
    let size = 0;
    while (size < 2_000_000) {
      parts.push(part(parts.length));
      size += parts.at(-1)!.length;
    }
    return parts.join('');
  };
  const link = (index: number): string => `<a href="/p/${index}" onclick="go(${index})">page ${index}</a>`;
  const SHAPES: readonly [name: string, body: string][] = [
    [
      'an article',
      `<article>${repeated((n) => `<h2>Part ${n}</h2><p>${SENTENCE.repeat(4)}${link(n)}</p>`)}</article>`,
    ],
    [
      'one table',
      `<table><tr><th>Name</th><th>Text</th></tr>${repeated((n) => `<tr><td>${link(n)}</td><td>${SENTENCE}</td></tr>`)}</table>`,
    ],
    ['one list', `<ol>${repeated((n) => `<li>${SENTENCE}${link(n)}</li>`)}</ol>`],
    [
      'text with blocks between',
      `<div>${repeated((n) => `${SENTENCE}<br>${link(n)}<div>${SENTENCE}</div>`)}</div>`,
    ],
    [
      'a table for a layout',
      `<table><tr><td><h1>Bread</h1>${repeated((n) => `<p>${SENTENCE}${link(n)}</p>`)}</td></tr></table>`,
    ],
  ];

  // Of a driven clock each look is a slice: the count does not depend on how fast the machine is.
  it.each(SHAPES)('%s: messages are answered between the steps of all stages', async (name, body) => {
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => {
      clock += 1000;
      return clock;
    });
    const { port1, port2 } = new MessageChannel();
    let answered = 0;
    let isReading = true;
    port1.onmessage = () => {
      answered += 1;
      if (isReading) port2.postMessage(null);
    };
    port2.postMessage(null);
    const formats =
      name === 'an article' ? (['content', 'markdown', 'text'] as const) : (['content'] as const);
    for (const returnFormat of formats) {
      answered = 0;
      const { data } = await createReader().read({ html: `<title>Bread</title>${body}`, returnFormat });
      expect(data.content.length).toBeGreaterThan(500_000);
      expect(answered, returnFormat).toBeGreaterThan(returnFormat === 'text' ? 40 : 80);
    }
    isReading = false;
    port1.close();
  });
});
