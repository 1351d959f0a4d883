import type { MarkdownRenderer } from 'vitepress';

const REPOSITORY = 'https://github.com/nearfield/nearfield/blob/main/';

/** Links that lead out of this folder lead to the repository. */
export function linksOutside(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('links-outside', ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const address = token.attrGet('href');
      if (token.type === 'link_open' && address?.startsWith('../')) {
        token.attrSet('href', new URL(address, `${REPOSITORY}docs/`).href);
      }
    }
  });
}
