/** How near vectors are to those of float32 arithmetic, whose own distance to float64 is below a millionth. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNodeFoundation } from '@nearfield/core/node';
import { tinyMiniLM } from '@nearfield/model-tiny';
import { type BenchModel, modelDirectory } from './models.ts';

/** Real texts that are compared. */
const COUNT = 220;
/** Characters of each: paragraphs are about as long, and the model reads more. */
const LONGEST = 300;

/** Paragraphs of this repository's own pages: what people write. The tiny model gets their first words. */
export async function realTexts(model: BenchModel): Promise<string[]> {
  const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
  const pages = (await readdir(docs)).filter((name) => name.endsWith('.md')).sort();
  const contents = await Promise.all(pages.map((name) => readFile(join(docs, name), 'utf8')));
  const paragraphs = contents
    .flatMap((text) => text.split(/\n+/))
    .map((line) => line.replace(/^[#>*\-|\d. ]+/, '').trim())
    .filter((line) => line.length >= 20)
    .slice(0, COUNT);
  return paragraphs.map((text) =>
    model === 'tiny' ? text.split(' ').slice(0, 6).join(' ') : text.slice(0, LONGEST),
  );
}

/** Mean and least cosine of vectors to the reference. */
export async function accuracyOf(
  model: BenchModel,
  texts: readonly string[],
  vectors: readonly (readonly number[])[],
): Promise<{ texts: number; mean: number; min: number }> {
  const expected = await referenceVectors(model, texts);
  const cosines = vectors.map((vector, index) => cosine(vector, expected[index]!));
  const mean = cosines.reduce((sum, each) => sum + each, 0) / cosines.length;
  return { texts: texts.length, mean, min: Math.min(...cosines) };
}

async function referenceVectors(
  model: BenchModel,
  texts: readonly string[],
): Promise<readonly ArrayLike<number>[]> {
  if (model === 'tiny') {
    const { embed } = tinyMiniLM();
    return texts.map((text) => embed(text));
  }
  const foundation = createNodeFoundation({
    models: [{ id: model, source: modelDirectory(model) }],
    dtype: 'fp32',
  });
  const { data } = await foundation.embeddings({ model, input: [...texts], truncate: true });
  await foundation.close();
  return data.map(({ embedding }) => embedding as ArrayLike<number>);
}

function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let [dot, own, other] = [0, 0, 0];
  for (let at = 0; at < left.length; at++) {
    dot += left[at]! * right[at]!;
    own += left[at]! ** 2;
    other += right[at]! ** 2;
  }
  return dot / Math.sqrt(own * other);
}
