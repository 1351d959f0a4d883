/** The sample passages as a static index, by which the demo answers a first visitor before any model is there. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SUBJECTS } from '../demo/src/corpus/index.ts';
import { createNodeFoundation } from '../packages/core/src/node.ts';
import { queryTableDirectory } from '../packages/models/minilm-query-table/src/model.ts';
import { buildIndex } from '../packages/search/src/build.ts';
import { readQueryTableFolder, writeIndex } from '../packages/search/src/node.ts';
import { repository } from '../tooling/process.mjs';
import { SAMPLE_INDEX_FOLDER } from '../tooling/sample-index.ts';

const MODEL = 'all-MiniLM-L6-v2';

/** Documents of the index: each passage is an answer of its own, as in the live index of the page. */
const sampleDocuments = () =>
  SUBJECTS.flatMap((subject) =>
    subject.passages.map(({ id, title, text }) => ({
      id: `${subject.id}/${id}`,
      title,
      url: '',
      breadcrumbs: [subject.title],
      filters: { subject: [subject.title] },
      sections: [{ headings: [subject.title], anchor: '', text }],
    })),
  );

/** Changes with the passages, and with the code that writes indexes. */
async function fingerprint(documents: readonly unknown[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(documents));
  const sources = join(repository, 'packages/search/src');
  for (const name of (await readdir(sources, { recursive: true })).sort()) {
    const isOther = name.endsWith('.test.ts') || /^(?:element|engines|http|live|tiers)\b/u.test(name);
    if (name.endsWith('.ts') && !isOther) hash.update(await readFile(join(sources, name)));
  }
  return hash.digest('hex');
}

/**
 * Builds the index into its folder, unless it is there already.
 * @param modelDirectory the files of all-MiniLM-L6-v2
 */
export async function buildSampleIndex(modelDirectory: string): Promise<void> {
  const documents = sampleDocuments();
  const current = await fingerprint(documents);
  const stamp = `${SAMPLE_INDEX_FOLDER}.stamp`;
  if ((await readFile(stamp, 'utf8').catch(() => '')) === current) return;
  const foundation = createNodeFoundation({ models: [{ id: MODEL, source: modelDirectory }] });
  try {
    const table = await readQueryTableFolder(queryTableDirectory());
    const files = await buildIndex({ documents, meaning: { foundation, model: MODEL, table } });
    await rm(SAMPLE_INDEX_FOLDER, { recursive: true, force: true });
    await mkdir(SAMPLE_INDEX_FOLDER, { recursive: true });
    await writeIndex(SAMPLE_INDEX_FOLDER, files);
    await writeFile(stamp, current);
  } finally {
    await foundation.close();
  }
}
