import type { MarkdownOptions } from '@nearfield/spec';

/** How Markdown is written. */
export interface MarkdownStyle {
  markdown?: MarkdownOptions | null | undefined;
  /** @default 'all' */
  retainLinks?: 'all' | 'none' | 'text' | 'gpt-oss' | null | undefined;
  /** @default 'all' */
  retainImages?: 'all' | 'none' | 'alt' | 'all_p' | 'alt_p' | null | undefined;
  /** True writes none of the elements that GitHub added to Markdown, `table` all but tables. @default false */
  noGfm?: boolean | 'table' | null | undefined;
}
