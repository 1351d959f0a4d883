import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parse, serialize } from 'parse5';
import { expect, it } from 'vitest';
import { findBlocks } from '../content/blocks.ts';
import { inSlices } from '../slices.ts';
import { HELD_BASE, HELD_STYLE, inertSource } from './inert-source.ts';
import { parseWithoutBrowser } from './linkedom.ts';

type Parent = DefaultTreeAdapterTypes.ParentNode;

/** The tree of a source as a browser builds it, with what should be renamed renamed in the tree. */
function expected(html: string): string {
  const document = parse(html, { scriptingEnabled: false });
  const visit = (parent: Parent): void => {
    for (const child of [...parent.childNodes]) {
      if (!defaultTreeAdapter.isElementNode(child)) continue;
      const { tagName } = child;
      child.attrs = child.attrs
        .filter(({ name }) => !/^on/i.test(name))
        .map(({ name, value }) => ({
          name: name === 'style' ? HELD_STYLE : name === 'href' && tagName === 'base' ? HELD_BASE : name,
          value,
        }));
      if (tagName === 'style' || tagName === 'template') defaultTreeAdapter.detachNode(child);
      else visit(child);
    }
  };
  visit(document);
  return serialize(document);
}

const inert = (html: string): Promise<string> => inSlices(inertSource(html));

/** As {@link expected} finds it in what was written anew. */
const found = async (html: string): Promise<string> => expected(await inert(html));

const PARTS = [
  '<p onclick="a()" class="x">',
  '</p>',
  "<b STYLE='color: red' ONMOUSEOVER = 'a(\"b\")'>",
  '<a href=/onclick=1 onclick=b>c</a>',
  '<i/onload=1/title="style=1">',
  '<!-- <p onclick="a"> -->',
  '<!--> <!---> <!-- --!>',
  '<!-- "',
  '<script>"<p onclick=1>"</script>',
  '<textarea><p onclick="1"></textarea>',
  '<title><p style="1"></title>',
  '<style>p { color: red } /* <p onclick=1> */</style>',
  '<base href="/b/" onclick="1">',
  '<svg onload="1"><path style="x"/></svg>',
  'a < b onclick=1 > "',
  "<? onclick='>'",
  '</ onclick=1>',
  '</b onclick=">">',
  '<p title="a>b" onfocus>',
  '<p a"b=1 onclick=2 =c style>',
];

it('changes attributes alone, in whatever they stand', async () => {
  let differing = 0;
  for (const first of PARTS) {
    for (const second of PARTS) {
      for (const third of PARTS.filter((_, index) => index % 4 === 0)) {
        const html = first + second + third;
        if ((await found(html)) !== expected(html)) differing += 1;
        if (differing === 1) expect(await found(html), html).toBe(expected(html));
      }
    }
  }
  expect(differing).toBe(0);
});

it('leaves no attribute of a tag that a browser would report', async () => {
  for (const part of PARTS) {
    const names: string[] = [];
    const visit = (parent: Parent): void => {
      for (const child of parent.childNodes) {
        if (!defaultTreeAdapter.isElementNode(child)) continue;
        names.push(child.tagName, ...child.attrs.map(({ name }) => `${child.tagName} ${name}`));
        visit(child);
      }
    };
    visit(parse(await inert(part), { scriptingEnabled: false }));
    expect(names.filter((name) => /^style$| (on\w+|style)$|^base href$/.test(name))).toEqual([]);
  }
});

it('leaves what has nothing of the kind as it is, and what does not end', async () => {
  for (const html of [
    '<p>One onclick two</p>',
    '<p onclick="never',
    '<style>p',
    '<p style=1',
    '<!-- <p onclick=1>',
  ]) {
    expect(expected(await inert(html))).toBe(expected(html));
  }
  expect(await inert('<p>One onclick two</p>')).toBe('<p>One onclick two</p>');
});

it('keeps what styles say: a hidden block is found to be one', async () => {
  const source = await inert('<p style="display: none">One</p><p style="color: red">Two</p>');
  const { blocks } = await inSlices(findBlocks(parseWithoutBrowser(source).body));
  expect(blocks.map(({ text, hidden }) => [text, hidden])).toEqual([
    ['One', true],
    ['Two', false],
  ]);
});
