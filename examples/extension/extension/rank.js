import { cosine, createLocal } from './standalone.js';

const MODEL = 'all-MiniLM-L6-v2';
const foundation = createLocal({ models: [{ id: MODEL, source: '/models/all-MiniLM-L6-v2/' }] });

/** The tabs whose titles are nearest to a description, the nearest first. */
export async function rankTabs(query, tabs) {
  if (tabs.length === 0) return [];
  const input = [query, ...tabs.map(({ title }) => title)];
  const { data } = await foundation.embeddings({ model: MODEL, input });
  const [asked, ...titles] = data.map(({ embedding }) => embedding);
  return tabs
    .map(({ id, title }, index) => ({ id, title, score: cosine(asked, titles[index]) }))
    .sort((left, right) => right.score - left.score);
}
