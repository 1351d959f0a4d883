/**
 * Describes the pages of the benchmark for fit.py: `node --import tsx dump.ts PATH OUT SPLIT`. PATH is the benchmark's
 * folder. Only its development split is for training.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { findBlocks } from '../src/content/blocks.ts';
import { blockFeatures, FEATURES } from '../src/content/features.ts';
import { pageFacts } from '../src/content/page-facts.ts';
import { blockTokens } from '../src/content/tokens.ts';
import { parseHtml } from '../src/html/document.ts';
import { inSlices } from '../src/slices.ts';
import { labels, type Truth } from './labels.ts';

const [, , path = '', out = '', split = 'dev'] = process.argv;
mkdirSync(out, { recursive: true });
const rows: Buffer[] = [];
const lines: string[] = [];
const times: number[] = [];
for (const file of readdirSync(`${path}/${split}/html`).sort()) {
  const id = file.slice(0, 4);
  const html = gunzipSync(readFileSync(`${path}/${split}/html/${file}`)).toString('utf8');
  const truth = JSON.parse(readFileSync(`${path}/${split}/ground-truth/${id}.json`, 'utf8')) as Truth;
  const start = performance.now();
  const document = await parseHtml(html);
  const parsed = performance.now();
  const { blocks, root } = await inSlices(findBlocks(document.body));
  const features = new Float32Array(blocks.length * FEATURES.length);
  const describe = blockFeatures(blocks, root, pageFacts(document, truth.url), (row, index) =>
    features.set(row, index * FEATURES.length),
  );
  await inSlices(describe);
  times.push(parsed - start, performance.now() - parsed);
  rows.push(Buffer.from(features.buffer));
  const sections = new Map<unknown, number>();
  const parents: [number, number][] = [];
  for (const { section } of blocks) {
    for (let each: typeof section | undefined = section; each && !sections.has(each); each = each.parent) {
      sections.set(each, sections.size);
      parents.push([sections.get(each)!, -1]);
    }
  }
  for (const [section, number] of sections) {
    const { parent } = section as { parent?: unknown };
    parents[number]![1] = parent ? sections.get(parent)! : -1;
  }
  lines.push(
    JSON.stringify({
      id,
      type: truth._internal.page_type.primary,
      url: truth.url,
      labels: labels(blocks, truth.ground_truth.main_content ?? ''),
      words: blocks.map(({ words }) => words),
      text: blocks.map(({ text }) => text),
      tokens: blocks.map(blockTokens),
      section: blocks.map(({ section }) => sections.get(section)),
      parents: parents.map(([, parent]) => parent),
      truth: truth.ground_truth.main_content,
    }),
  );
}
writeFileSync(`${out}/${split}.f32`, Buffer.concat(rows));
writeFileSync(`${out}/${split}.jsonl`, lines.join('\n'));
writeFileSync(`${out}/features.json`, JSON.stringify(FEATURES));
const sorted = (offset: number) => times.filter((_, index) => index % 2 === offset).sort((a, b) => a - b);
for (const [name, list] of [
  ['parse', sorted(0)],
  ['describe', sorted(1)],
] as const) {
  console.log(
    name,
    'median',
    list[list.length >> 1]?.toFixed(1),
    'p95',
    list[Math.floor(list.length * 0.95)]?.toFixed(1),
  );
}
