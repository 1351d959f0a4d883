import { readFile } from 'node:fs/promises';
import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: process.env.OPENAI_BASE_URL ?? 'http://localhost:8080/v1',
  apiKey: 'none',
});
const question = process.argv[2] ?? 'how do I get my money back?';

/** Vectors of unit length, in the order of the texts. */
async function embed(input) {
  const { data } = await client.embeddings.create({ model: 'all-MiniLM-L6-v2', input });
  return data.map(({ embedding }) => embedding);
}
const dot = (left, right) => left.reduce((sum, value, index) => sum + value * right[index], 0);

const notes = (await readFile(new URL('notes.txt', import.meta.url), 'utf8')).trim().split('\n');
const [asked, ...vectors] = await embed([question, ...notes]);
const ranked = notes
  .map((note, index) => ({ note, score: dot(asked, vectors[index]) }))
  .sort((left, right) => right.score - left.score);
for (const { note, score } of ranked.slice(0, 3)) console.log(`${score.toFixed(2)}  ${note}`);
