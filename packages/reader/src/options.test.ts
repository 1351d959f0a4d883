/** Each option of `read` with each kind of input: it has its effect, or is refused by name. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReadRequest, ReadResponse } from '@nearfield/spec';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { typeset } from '../test/pdf-set/typesetter.ts';
import { createReader } from './index.ts';

const TEXT = 'Bread stays fresh for days if it is kept dry and cool, in a cloth and not in a bag.';
const LINK = 'https://example.com/handbook';
const PICTURE = 'data:image/png;base64,AAAA';
const HTML = `<!doctype html><html><head><title>Bread</title></head><body><nav><a href="/">Home</a></nav><article>
  <h1>Keep it</h1><p>${TEXT} ${TEXT}</p><p><a href="${LINK}">See the handbook</a> for <em>all</em> that is
  <strong>missing</strong> here. ${TEXT}</p><p><a href="more">More</a> ${TEXT}</p><hr><ul><li>dry ${TEXT}</li></ul>
  <table><tr><th>Day</th><th>Hours</th></tr><tr><td>Monday</td><td>eight to nine</td></tr></table>
  <p><img src="/loaf.png" alt="A loaf"><img src="${PICTURE}" alt="An inner loaf"> ${TEXT}</p></article></body></html>`;

let server: Server;
let page: string;
let asked: IncomingHttpHeaders = {};
let pdf: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked = request.headers;
    if (request.url === '/old/a') response.writeHead(302, { Location: '/new/a' }).end();
    else response.setHeader('Content-Type', 'text/html').end(HTML);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  page = `http://127.0.0.1:${(server.address() as AddressInfo).port}/old/a`;
  const { bytes } = await typeset({
    name: 'options',
    style: {
      seed: 7,
      font: 'DejaVu Serif',
      size: 11,
      leading: 1.3,
      margin: 64,
      page: 'A4',
      columns: 1,
      gutter: 20,
      justified: false,
      hyphenated: false,
      indented: false,
      rightToLeft: false,
      turned: 0,
      outline: false,
      spanning: true,
    },
    parts: [
      { kind: 'heading', level: 1, text: 'Keep it' },
      { kind: 'paragraph', text: TEXT },
      { kind: 'paragraph', text: 'See the handbook for all that is missing here.', link: LINK },
      {
        kind: 'list',
        ordered: false,
        items: [
          { text: 'dry', depth: 0 },
          { text: 'cool', depth: 0 },
        ],
      },
      {
        kind: 'table',
        rules: 'grid',
        rows: [
          ['Day', 'Hours'],
          ['Monday', 'eight to nine'],
        ],
      },
    ],
  });
  pdf = Buffer.from(bytes).toString('base64');
});
afterAll(() => server.close());

type Kind = 'html' | 'url' | 'pdf';
type Option = Exclude<keyof ReadRequest, 'url' | 'html' | 'pdf' | 'file'>;
/** What the answer must be like; `refused`; or `nothing`, where the kind of input has nothing that it could change. */
type Effect = 'refused' | 'nothing' | ((data: ReadResponse['data']) => void);

const says =
  (...texts: (string | RegExp)[]): Effect =>
  (data) => {
    for (const text of texts) expect(data.content).toMatch(text);
  };
const saysNot =
  (...texts: (string | RegExp)[]): Effect =>
  (data) => {
    for (const text of texts) expect(data.content).not.toMatch(text);
  };
const sends =
  (name: string, value: string): Effect =>
  () =>
    expect(asked[name]).toBe(value);

const REFUSED: Record<Kind, Effect> = { html: 'refused', url: 'refused', pdf: 'refused' };
/** For pages and not for PDFs. */
const ofPages = (effect: Effect, otherwise: Effect = 'refused'): Record<Kind, Effect> => ({
  html: effect,
  url: effect,
  pdf: otherwise,
});
const always = (effect: Effect): Record<Kind, Effect> => ofPages(effect, effect);
/** About loading alone. */
const ofLoading = (effect: Effect): Record<Kind, Effect> => ({
  html: 'nothing',
  url: effect,
  pdf: 'nothing',
});

/** Each option with a value, or several. A new option does not pass the types until it has a line. */
const OPTIONS: Record<Option, readonly [value: unknown, Record<Kind, Effect>][]> = {
  returnFormat: [
    ['text', always((data) => expect(data.text).not.toMatch(/^#|\]\(|\|/m))],
    ['html', ofPages((data) => expect(data.html).toBe(HTML))],
    ['screenshot', REFUSED],
  ],
  targetSelector: [['ul', ofPages(saysNot('handbook'))]],
  removeSelector: [['ul', ofPages(saysNot('dry Bread'))]],
  waitForSelector: [['ul', REFUSED]],
  timeout: [[170, always('nothing')]],
  noCache: [[true, always('nothing')]],
  cacheTolerance: [[5, always('nothing')]],
  withGeneratedAlt: [[true, REFUSED]],
  withLinksSummary: [[true, always((data) => expect(Object.values(data.links!)).toContain(LINK))]],
  withImagesSummary: [
    [true, ofPages((data) => expect(Object.keys(data.images!)).toContain('Image 1: A loaf'))],
  ],
  retainLinks: [
    ['none', always(saysNot('See the handbook'))],
    ['text', always((data) => expect(data.content).toMatch(/(?<!\[)See the handbook(?!\])/))],
    ['gpt-oss', always(says(/【\d†See the handbook】/))],
  ],
  retainImages: [['none', ofPages(saysNot('A loaf'), 'nothing')]],
  keepImgDataUrl: [[true, ofPages(says(PICTURE))]],
  withIframe: [[true, REFUSED]],
  withShadowDom: [[true, REFUSED]],
  proxy: [['auto', REFUSED]],
  proxyUrl: [['http://127.0.0.1:1', REFUSED]],
  setCookie: [['a=b', REFUSED]],
  userAgent: [['Reader/1', ofLoading(sends('user-agent', 'Reader/1'))]],
  locale: [['de', ofLoading(sends('accept-language', 'de'))]],
  referer: [[LINK, ofLoading('nothing')]],
  robotsTxt: [['Reader', REFUSED]],
  doNotTrack: [[true, ofLoading(sends('dnt', '1'))]],
  tokenBudget: [[1_000_000, always('nothing')]],
  maxTokens: [[500, always('nothing')]],
  engine: [
    ['direct', always('nothing')],
    ['browser', REFUSED],
  ],
  base: [
    ['initial', { html: 'nothing', url: says('/old/more'), pdf: 'nothing' }],
    ['final', { html: 'nothing', url: says('/new/more'), pdf: 'nothing' }],
  ],
  removeOverlay: [[true, REFUSED]],
  markdownChunking: [['h1', always((data) => expect(data.chunks!.length).toBeGreaterThan(0))]],
  noGfm: [[true, always(saysNot(/\| --- \|/))]],
  respondTiming: [['html', REFUSED]],
  markdown: [
    [{ headingStyle: 'setext' }, always(says(/^Keep it\n=+$/m))],
    [{ bulletListMarker: '+' }, always(says(/^\+ +dry/m))],
    [
      { linkStyle: 'referenced' },
      always(says(/\[See the handbook\]\[\d\]/, new RegExp(`^\\[\\d\\]: ${LINK}$`, 'm'))),
    ],
    [
      { linkStyle: 'referenced', linkReferenceStyle: 'collapsed' },
      always(says(/\[See the handbook\]\[\]/, `[See the handbook]: ${LINK}`)),
    ],
    [
      { linkStyle: 'referenced', linkReferenceStyle: 'shortcut' },
      always(says(/\[See the handbook\](?![[(])/, `[See the handbook]: ${LINK}`)),
    ],
    [{ linkStyle: 'discarded' }, always(saysNot(LINK, /(?<!!)\[/))],
    // PDFs have neither rules nor emphasis that could be told from the rest.
    [
      { hr: '----', emDelimiter: '*', strongDelimiter: '__' },
      ofPages(says('----', '*all*', '__missing__'), 'nothing'),
    ],
  ],
  question: [['How long does bread stay fresh?', always((data) => expect(data.content).toContain('fresh'))]],
  viewport: [[{ width: 100, height: 100 }, REFUSED]],
  injectPageScript: [['go()', REFUSED]],
  injectFrameScript: [['go()', REFUSED]],
  customHeader: [[{ 'X-Own': 'yes' }, ofLoading(sends('x-own', 'yes'))]],
  instruction: [['Summarise.', REFUSED]],
  jsonSchema: [[{ type: 'object' }, REFUSED]],
};

const CASES = Object.entries(OPTIONS).flatMap(([option, values]) =>
  values.flatMap(([value, effects]) =>
    (['html', 'url', 'pdf'] as const).map((kind) => [option, value, kind, effects[kind]] as const),
  ),
);

const read = (kind: Kind, options: object): Promise<ReadResponse> => {
  const input =
    kind === 'html' ? { html: HTML, url: 'https://example.com/a' } : kind === 'url' ? { url: page } : { pdf };
  return createReader().read({ ...input, ...options } as ReadRequest);
};

it.each(CASES.filter(([, , , effect]) => effect !== 'nothing'))(
  '%s: %j with %s',
  async (option, value, kind, effect) => {
    const call = read(kind, { [option]: value });
    if (typeof effect === 'function') return effect((await call).data);
    await expect(call).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      message: expect.stringContaining(option),
    });
  },
);

it.each(['html', 'url', 'pdf'] as const)('what has nothing to change in %s changes nothing', async (kind) => {
  const idle = CASES.filter(([, , each, effect]) => each === kind && effect === 'nothing');
  expect(idle.length).toBeGreaterThan(3);
  const { data } = await read(kind, Object.fromEntries(idle.map(([option, value]) => [option, value])));
  expect(data.content).toBe((await read(kind, {})).data.content);
});

it.each([{ targetSelector: [] }, { removeSelector: [], withImagesSummary: false }, { targetSelector: '' }])(
  'an option that asks for nothing is none: a PDF with %j',
  async (options) => {
    const { data } = await createReader().read({ file: pdf, ...options });
    expect(data.content).toContain(TEXT);
  },
);
