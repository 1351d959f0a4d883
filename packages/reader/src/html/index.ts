import { gfm } from '@joplin/turndown-plugin-gfm';
import { Readability } from '@mozilla/readability';
import Defuddle from 'defuddle';
import TurndownService from 'turndown';
import { parseHtml } from './document.ts';

/** A web page that was read. */
export interface HtmlPage {
  title: string;
  markdown: string;
}

/** Reads a web page into Markdown. @param html its source */
export async function readHtml(html: string): Promise<HtmlPage> {
  const article = new Readability(await parseHtml(html)).parse();
  const content = article?.content || new Defuddle(await parseHtml(html)).parse().content;
  const turndown = new TurndownService({ headingStyle: 'atx' }).use(gfm);
  return { title: article?.title ?? '', markdown: turndown.turndown(content) };
}
