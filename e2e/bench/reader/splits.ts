/** Reads the pages of one split, and scores what was found. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { mainContent } from '@nearfield/reader/content';
import { type Score, wordScore } from './word-score.ts';

export const SPLITS = ['dev', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** A page that was measured. */
export interface MeasuredPage extends Score {
  id: string;
  type: string;
  milliseconds: number;
}

interface Truth {
  url?: string;
  _internal?: { page_type?: { primary?: string } | string };
  ground_truth?: { main_content?: string | null };
}

/** Measures a split. @param results folder for the texts, as the benchmark's own script reads them */
export async function measureSplit(set: string, split: Split, results?: string): Promise<MeasuredPage[]> {
  const pages: MeasuredPage[] = [];
  const texts: Record<string, string> = {};
  for (const file of (await readdir(join(set, split, 'ground-truth'))).sort()) {
    const id = file.replace(/\.json$/, '');
    const truth = JSON.parse(await readFile(join(set, split, 'ground-truth', file), 'utf8')) as Truth;
    const html = gunzipSync(await readFile(join(set, split, 'html', `${id}.html.gz`))).toString('utf8');
    const start = performance.now();
    const { text } = await mainContent(html, { url: truth.url });
    const milliseconds = performance.now() - start;
    texts[id] = text;
    pages.push({
      id,
      type: typeOf(truth),
      milliseconds,
      ...wordScore(text, truth.ground_truth?.main_content ?? ''),
    });
  }
  if (results !== undefined) {
    await mkdir(results, { recursive: true });
    await writeFile(join(results, `${split}.json`), JSON.stringify(texts));
  }
  return pages;
}

function typeOf({ _internal }: Truth): string {
  const type = _internal?.page_type;
  const name = (typeof type === 'string' ? type : type?.primary) ?? 'article';
  return name === 'category' ? 'collection' : name;
}
