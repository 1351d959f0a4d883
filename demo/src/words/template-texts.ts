/** Finds texts that are written into templates, where no other language reaches them. For tests. */
import { parseSync, Visitor } from 'rolldown/utils';

/** Attributes that a person reads or hears. */
const READ_ATTRIBUTES =
  /\s(?:aria-(?:label|description|roledescription|valuetext)|alt|label|placeholder|title)=(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/gu;

/** What is the same in every language: names, and examples of what is typed into a code, an address, a key. */
const NEUTRAL = /Nearfield|https?:\/\/\S*|jina_…|\b(?:MB|kB|ms|WebGPU|CPU)\b/gu;

/** Stands for an expression of a template. */
const HOLE = '\uFFFC';

/** Texts of a piece of HTML that have letters in them. */
function textsOfHtml(markup: string): string[] {
  const html = markup.replace(/<!--[\s\S]*?-->/gu, '');
  const attributes = [...html.matchAll(READ_ATTRIBUTES)].map(
    ([, double, single, bare]) => double ?? single ?? bare!,
  );
  // A value in quotes may have ">" in it, which ends no tag.
  const nodes = html.replace(/<\/?[a-z](?:"[^"]*"|'[^']*'|[^>"'])*>/giu, '\n').split('\n');
  return [...attributes, ...nodes]
    .map((text) => text.replaceAll(HOLE, ' ').replace(NEUTRAL, '').trim())
    .filter((text) => /\p{L}/u.test(text.replace(/&\w+;/gu, '')));
}

/**
 * Texts in the `html` templates of a module: of nodes, and of attributes that are read.
 * @param source TypeScript
 */
export function templateTexts(source: string): string[] {
  const found: string[] = [];
  const visitor = new Visitor({
    TaggedTemplateExpression({ tag, quasi }) {
      if (tag.type !== 'Identifier' || tag.name !== 'html') return;
      found.push(...textsOfHtml(quasi.quasis.map(({ value }) => value.cooked ?? value.raw).join(HOLE)));
    },
  });
  visitor.visit(parseSync('module.ts', source).program);
  return found;
}
