import { createLocal } from '@nearfield/core';
import { answerRequests } from '@nearfield/server/page';
import OpenAI from 'openai';

const MODEL = 'all-MiniLM-L6-v2';
const foundation = createLocal({ models: [{ id: MODEL, source: '/models/all-MiniLM-L6-v2/' }] });
await navigator.serviceWorker.register('/sw.js', { type: 'module' });
await answerRequests(foundation).ready;

// An ordinary client, of this page's own address.
const client = new OpenAI({
  baseURL: `${location.origin}/v1`,
  apiKey: 'none',
  dangerouslyAllowBrowser: true,
});
const dot = (left, right) => left.reduce((sum, value, index) => sum + value * right[index], 0);

const form = document.querySelector('form');
const output = document.querySelector('output');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const input = [form.sentence.value, form.first.value, form.second.value];
  try {
    const { data } = await client.embeddings.create({ model: MODEL, input });
    const [sentence, first, second] = data.map(({ embedding }) => embedding);
    const [near, far] = [dot(sentence, first), dot(sentence, second)];
    output.value = `The ${near > far ? 'first' : 'second'} is nearer: ${near.toFixed(2)} and ${far.toFixed(2)}`;
  } catch (error) {
    output.value = error.message;
  }
});
form.querySelector('button').disabled = false;
