/** Requests that show something, for each operation. The model is that of the side that will answer. */
import type { Side } from '../shell/app.ts';
import type { JsonRequest } from './operations.ts';

/** A sample's name is in the texts of the interface. */
export type SampleName =
  | 'meanings'
  | 'shorter'
  | 'compact'
  | 'lateChunking'
  | 'perToken'
  | 'question'
  | 'firstThree'
  | 'zeroShot'
  | 'groups'
  | 'trained'
  | 'teach'
  | 'teachMore'
  | 'sections'
  | 'tokens'
  | 'bySentence'
  | 'plain'
  | 'job'
  | 'html'
  | 'passages'
  | 'address'
  | 'web'
  | 'statement'
  | 'conversation';

export interface Sample {
  name: SampleName;
  request(side: Side): JsonRequest;
}

// Written out: programs that Vite does not build read the samples, too.
const EMBEDDED_MODEL = 'all-MiniLM-L6-v2';
const REMOTE_MODEL = 'jina-embeddings-v5-text-small';

const embedder = (side: Side): string => (side === 'local' ? EMBEDDED_MODEL : REMOTE_MODEL);
const reranker = (side: Side): string => (side === 'local' ? 'minilm-reranker' : 'jina-reranker-v3');
const classifier = (side: Side): string => (side === 'local' ? EMBEDDED_MODEL : 'jina-embeddings-v3');

const MEANINGS = [
  'A man is eating pasta.',
  'Someone is having spaghetti for dinner.',
  'The train to Hamburg is late.',
  'Our express has been delayed by an hour.',
];

const BREAD = [
  'Bread that is wrapped in cloth keeps its crust for two days.',
  'The first bakeries of the city stood by the river.',
  'In a refrigerator, bread goes stale about six times as fast as at room temperature.',
  'Slice a loaf before you freeze it, and toast the slices from frozen.',
  'Rye needs a sour dough to rise.',
];

const LETTERS = [
  'My parcel has been at the depot since Tuesday.',
  'You charged my card twice this month.',
  'The app closes whenever I open the camera.',
];

const EXAMPLES = [
  { text: 'The left hinge of the cupboard door came off.', label: 'workshop' },
  { text: 'A drawer runner is bent and the drawer sticks.', label: 'workshop' },
  { text: 'Two of the screws were missing from the bag.', label: 'spare parts' },
  { text: 'Where can I get another shelf pin?', label: 'spare parts' },
];

const PAGE = `<article>
  <h1>Keeping bread</h1>
  <p>Wrapped in cloth, a loaf keeps its crust for two days.</p>
  <h2>Freezing</h2>
  <p>Slice the loaf first. Frozen slices keep for three months and go straight into the toaster.</p>
  <h2>Never in the refrigerator</h2>
  <p>At 4 °C the starch hardens about six times as fast as at room temperature.</p>
</article>`;

const MANUAL = `# Keeping bread

Wrapped in cloth, a loaf keeps its crust for two days. After that the crumb dries out.

## Freezing

Slice the loaf first. Frozen slices keep for three months.

## What to avoid

The refrigerator. At 4 °C the starch hardens about six times as fast as at room temperature.`;

const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  embeddings: [
    { name: 'meanings', request: (side) => ({ model: embedder(side), input: MEANINGS }) },
    {
      name: 'shorter',
      request: (side) => ({
        model: side === 'local' ? 'jina-embeddings-v5-text-nano' : 'jina-embeddings-v3',
        input: MEANINGS,
        task: 'text-matching',
        dimensions: 64,
      }),
    },
    {
      name: 'compact',
      request: (side) => ({ model: embedder(side), input: MEANINGS.slice(0, 2), embedding_type: 'ubinary' }),
    },
    {
      name: 'lateChunking',
      request: (side) => ({
        model: side === 'local' ? EMBEDDED_MODEL : 'jina-embeddings-v3',
        input: [
          'Berlin is the capital of Germany.',
          'Its population is 3.8 million.',
          'Bread is baked at 250 °C.',
        ],
        late_chunking: true,
      }),
    },
  ],
  multiVector: [
    {
      name: 'perToken',
      request: (side) => ({
        model: side === 'local' ? EMBEDDED_MODEL : 'jina-colbert-v2',
        input: ['how does bread stay fresh'],
        ...(side === 'remote' && { input_type: 'query' }),
        return_tokenized_input: true,
      }),
    },
  ],
  rerank: [
    {
      name: 'question',
      request: (side) => ({ model: reranker(side), query: 'How do I keep bread fresh?', documents: BREAD }),
    },
    {
      name: 'firstThree',
      request: (side) => ({
        model: reranker(side),
        query: 'How do I keep bread fresh?',
        documents: BREAD,
        top_n: 3,
        return_documents: false,
      }),
    },
  ],
  classify: [
    {
      name: 'zeroShot',
      request: (side) => ({
        model: classifier(side),
        input: LETTERS,
        labels: ['delivery', 'billing', 'technical problem'],
        ...(side === 'local' && { temperature: 0.05 }),
      }),
    },
    {
      name: 'groups',
      request: (side) => ({
        model: classifier(side),
        input: LETTERS,
        labels: { topic: ['delivery', 'billing', 'technical problem'], mood: ['calm', 'angry'] },
      }),
    },
    { name: 'trained', request: () => ({ classifier_id: '', input: ['The armrest is loose and creaks.'] }) },
  ],
  train: [
    { name: 'teach', request: (side) => ({ model: classifier(side), input: EXAMPLES, access: 'private' }) },
    {
      name: 'teachMore',
      request: () => ({
        classifier_id: '',
        input: [{ text: 'I lost the Allen key that came with the bed.', label: 'spare parts' }],
      }),
    },
  ],
  segment: [
    { name: 'sections', request: () => ({ content: MANUAL, return_chunks: true, max_chunk_length: 160 }) },
    { name: 'tokens', request: () => ({ content: 'Nearfield: 近距離場 🛰️', return_tokens: true }) },
    {
      name: 'bySentence',
      request: () => ({ content: MANUAL, return_chunks: true, strategy: 'sentence', max_chunk_length: 120 }),
    },
  ],
  'models.get': [{ name: 'plain', request: (side) => ({ id: embedder(side) }) }],
  'batches.create': [
    {
      name: 'job',
      request: (side) => ({
        model: embedder(side),
        input: MEANINGS.map((text, index) => ({ custom_id: `text-${index}`, body: { input: [text] } })),
      }),
    },
  ],
  read: [
    { name: 'html', request: () => ({ html: PAGE, url: 'https://food.example/bread' }) },
    {
      name: 'passages',
      request: () => ({ html: PAGE, question: 'How long do frozen slices keep?', maxTokens: 500 }),
    },
    { name: 'address', request: () => ({ url: 'https://example.com/' }) },
  ],
  search: [{ name: 'web', request: () => ({ q: 'how to keep bread fresh', num: 3, noContent: true }) }],
  ground: [
    { name: 'statement', request: () => ({ statement: 'Bread goes stale faster in a refrigerator.' }) },
  ],
  chat: [
    {
      name: 'conversation',
      request: () => ({
        model: 'jina-vlm',
        messages: [{ role: 'user', content: 'Why does bread go stale?' }],
      }),
    },
  ],
};

const EMPTY: Sample = { name: 'plain', request: () => ({}) };

/** Samples of an operation; the first is what a form begins with. */
export const samplesOf = (operation: string): readonly [Sample, ...Sample[]] => {
  const [first = EMPTY, ...others] = SAMPLES[operation] ?? [];
  return [first, ...others];
};
