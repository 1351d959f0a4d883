/** The least that a page needs for a vector: what it downloads is what a visitor downloads. */
import { createOurs } from './ours.ts';
import type { PeerOptions } from './transformers-worker.ts';

const options = JSON.parse(decodeURIComponent(location.hash.slice(1))) as PeerOptions;
const ours = createOurs(options);
await ours.embeddings({ model: options.model, input: 'first vector' });
await ours.close();
document.body.dataset.firstVector = '';
