import { expect, it } from 'vitest';
import { parseWithoutBrowser } from './linkedom.ts';

// The trees are those that the HTML standard gives, section 13.2.
it.each([
  ['a missing body', '<title>T</title><p>a', '<head><title>T</title></head><body><p>a</p></body>'],
  [
    'an element that closes a paragraph',
    '<p>a<div>b</div>',
    '<head></head><body><p>a</p><div>b</div></body>',
  ],
  [
    'text in a table',
    '<table>x<tr><td>y</table>',
    '<head></head><body>x<table><tbody><tr><td>y</td></tr></tbody></table></body>',
  ],
  [
    'formatting that overlaps',
    '<p>1<b>2<i>3</b>4</i>5</p>',
    '<head></head><body><p>1<b>2<i>3</i></b><i>4</i>5</p></body>',
  ],
  [
    'noscript',
    '<body><noscript><p>a</p></noscript>',
    '<head></head><body><noscript><p>a</p></noscript></body>',
  ],
  [
    'an element of the body in the head',
    '<html><head><div>a</div><meta name="b"></head><body class="c">d',
    '<head></head><body class="c"><div>a</div><meta name="b">d</body>',
  ],
])('makes the tree of a browser of %s', (_name, source, tree) => {
  const document = parseWithoutBrowser(`<!doctype html>${source}`);
  expect(document.documentElement.innerHTML).toBe(tree);
  expect(document.body.localName).toBe('body');
});

it('runs nothing', () => {
  parseWithoutBrowser(
    '<script>globalThis.didRun = true</script><img src="x" onerror="globalThis.didRun = true">',
  );
  expect(globalThis).not.toHaveProperty('didRun');
});
