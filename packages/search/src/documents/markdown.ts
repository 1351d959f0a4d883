import { SectionWriter, Slugs } from './sections.ts';
import type { SourceDocument } from './types.ts';

/** Facts about a file that the file itself does not contain. */
export interface FileFacts {
  /** Unique in the index, such as the file's path. */
  readonly id: string;
  readonly url: string;
  /** Default: none; pages of HTML may say it themselves. */
  readonly breadcrumbs?: readonly string[];
  readonly filters?: SourceDocument['filters'];
}

const FRONT_MATTER = /^---[ \t]*\n([\s\S]*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/;

/**
 * A document of Markdown. Its title is that of the front matter, else the first heading of level 1. Code is text like
 * any other; comments, marks, addresses of links, `import` lines and tags of MDX are not.
 */
export function documentOfMarkdown(markdown: string, facts: FileFacts): SourceDocument {
  const source = markdown.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const front = FRONT_MATTER.exec(source);
  let title = front === null ? '' : frontField(front[1]!, 'title');
  const language = front === null ? '' : frontField(front[1]!, 'lang');
  const body = front === null ? source : source.slice(front[0].length);
  const sections = new SectionWriter();
  const slugs = new Slugs();
  let paragraph: string[] = [];
  let fence: string | undefined;
  const close = (): void => {
    sections.paragraph(paragraph.join('\n'));
    paragraph = [];
  };
  const heading = (level: number, written: string): void => {
    close();
    const named = /\s*\{#([\w-]+)\}\s*$/.exec(written);
    const text = plain(named === null ? written : written.slice(0, named.index)).trim();
    const anchor = named?.[1] ?? slugs.of(text);
    if (level === 1 && (title === '' || title === text)) title = text;
    else if (text !== '') sections.heading(level, text, anchor);
  };
  for (const line of body.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    if (fence !== undefined) {
      if (mark !== null && mark[1]!.startsWith(fence) && mark[2]!.trim() === '') fence = undefined;
      else paragraph.push(line);
      continue;
    }
    if (mark !== null) {
      fence = mark[1]!;
      continue;
    }
    const sharp = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/.exec(line);
    if (sharp !== null) heading(sharp[1]!.length, sharp[2] ?? '');
    else if (/^ {0,3}(?:=+|-{2,})[ \t]*$/.test(line) && paragraph.length > 0) {
      const above = paragraph.pop()!;
      heading(line.trim().startsWith('=') ? 1 : 2, above);
    } else if (line.trim() === '') close();
    else if (!/^(?:import|export)\s.*(?:from\s|=)/.test(line) && !/^\s*\|?[\s:|-]+\|?\s*$/.test(line)) {
      paragraph.push(plain(line));
    }
  }
  close();
  const { id, url, breadcrumbs = [], filters = {} } = facts;
  const named = language === '' ? {} : { language };
  return { ...named, id, url, title, breadcrumbs, filters, sections: sections.finish() };
}

function frontField(front: string, name: 'title' | 'lang'): string {
  const written = new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(front)?.[1] ?? '';
  const quoted = /^(["'])(.*)\1$/.exec(written);
  return quoted === null ? written : quoted[2]!;
}

/** A line's text without its marks; what stands in backticks stays as it is. */
function plain(line: string): string {
  const parts = line.split(/(`+[^`]+`+)/);
  return parts
    .map((part, index) => (index % 2 === 1 ? part.replace(/^`+|`+$/g, '') : withoutMarks(part)))
    .join('');
}

const withoutMarks = (text: string): string =>
  text
    .replace(/<!--.*?-->/g, '')
    .replace(/!?\[([^\]]*)\]\((?:[^()]|\([^()]*\))*\)/g, '$1')
    .replace(/!?\[([^\]]+)\]\[[^\]]*\]/g, '$1')
    .replace(/<\/?[A-Za-z][^<>]*>/g, '')
    .replace(/^\s*(?:>\s?|[-*+]\s+|\d+[.)]\s+)+/, '')
    .replace(/(\*\*|__|~~)(\S(?:.*?\S)?)\1/g, '$2')
    .replace(/(^|[^\w*])\*(\S(?:[^*]*\S)?)\*/g, '$1$2')
    .replace(/(^|[^\w])_(\S(?:[^_]*\S)?)_(?!\w)/g, '$1$2')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/\s*\|\s*/g, ' ');
