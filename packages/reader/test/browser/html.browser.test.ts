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

  it.each(SHAPES)('%s: what is done between two breaks does not grow with the page', async (_name, body) => {
    const html = `<title>Bread</title>${body}`;
    const work = countWork();
    try {
      const { data } = await createReader().read({ html });
      expect(data.content.length).toBeGreaterThan(500_000);
    } finally {
      work.stop();
    }
    expect(work.breaks).toBeGreaterThan(200);
    // A page has 16,000 elements and more, each of which is looked at several times by each stage.
    expect(work.most.looks).toBeLessThan(15_000);
    // Pieces are of 20,000 characters, of which one element may be the last.
    expect(work.most.characters).toBeGreaterThan(0);
    expect(work.most.characters).toBeLessThan(30_000);
  });

  it.each(['content', 'markdown', 'text'] as const)('%s: messages are answered', async (returnFormat) => {
    // Of a driven clock each look is a slice: the count does not depend on how fast the machine is.
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
    const html = `<title>Bread</title>${SHAPES[0]![1].slice(0, 200_000)}`;
    const { data } = await createReader().read({ html, returnFormat });
    expect(data.content.length).toBeGreaterThan(100_000);
    expect(answered).toBeGreaterThan(returnFormat === 'content' ? 20 : 8);
    isReading = false;
    port1.close();
  });
});

/** The most that was done between two breaks: each look at the clock is one, as what is done in slices looks there. */
interface Work {
  breaks: number;
  most: {
    /** Looks at nodes of the page, and at maps and sets of its blocks. */
    looks: number;
    /** Characters of the text that one call of the Markdown library takes: it begins with a copy. */
    characters: number;
  };
  stop: () => void;
}

function countWork(): Work {
  const restored: (() => void)[] = [];
  const work: Work = {
    breaks: 0,
    most: { looks: 0, characters: 0 },
    stop: () => {
      for (const restore of restored) restore();
    },
  };
  let looks = 0;
  const wrap = <Host extends object>(
    host: Host,
    name: keyof Host,
    before: (self: unknown, values: unknown[]) => void,
  ): void => {
    const own = Object.getOwnPropertyDescriptor(host, name)!;
    const kind = own.get ? 'get' : 'value';
    const original = own[kind] as (...values: unknown[]) => unknown;
    const wrapped = function (this: unknown, ...values: unknown[]): unknown {
      before(this, values);
      return original.apply(this, values);
    };
    Object.defineProperty(host, name, { ...own, [kind]: wrapped });
    restored.push(() => Object.defineProperty(host, name, own));
  };
  // The library works on a copy, which is not connected.
  const isConnected = Object.getOwnPropertyDescriptor(Node.prototype, 'isConnected')!.get!;
  const look = (node: unknown): void => {
    if (isConnected.call(node)) looks += 1;
  };
  for (const name of ['firstChild', 'nextSibling', 'lastChild', 'previousSibling'] as const) {
    wrap(Node.prototype, name, look);
  }
  for (const name of ['attributes', 'getAttribute', 'nextElementSibling', 'remove', 'append'] as const) {
    wrap(Element.prototype, name, look);
  }
  const count = (): void => {
    looks += 1;
  };
  for (const host of [Map.prototype, Set.prototype, WeakMap.prototype]) wrap(host, 'has', count);
  wrap(Map.prototype, 'get', count);
  wrap(Map.prototype, 'set', count);
  wrap(Set.prototype, 'add', count);
  wrap(Node.prototype, 'cloneNode', (node, [isDeep]) => {
    if (isDeep !== true) return;
    work.most.characters = Math.max(work.most.characters, (node as Node).textContent?.length ?? 0);
  });
  const now = performance.now.bind(performance);
  Object.defineProperty(performance, 'now', {
    configurable: true,
    value: () => {
      work.breaks += 1;
      work.most.looks = Math.max(work.most.looks, looks);
      looks = 0;
      return now();
    },
  });
  restored.push(() => Reflect.deleteProperty(performance, 'now'));
  return work;
}
