/** Purpose and shapes of each route in the OpenAPI document. */

/** One route: `METHOD path`, with parameters as Hono has them. */
export interface Operation {
  summary: string;
  /** Heading that it stands under. */
  tag: string;
  /** Names of component schemas. */
  request?: string;
  response: string;
  /** Media type of the answer. @default 'application/json' */
  type?: string;
  /** Media type of the request. @default 'application/json' */
  requestType?: string;
  /** Query parameters and what they are for. */
  query?: Readonly<Record<string, string>>;
  /** Open to everybody, key or not. */
  open?: boolean;
  /** A request that the embedded models answer. */
  example?: object;
}

const JSONL = 'application/jsonl';
const SEGMENT: Operation = {
  summary: 'Tokens and chunks of a text',
  tag: 'Texts',
  request: 'SegmentRequest',
  response: 'SegmentResponse',
  example: { content: 'One sentence. And another one.', return_chunks: true },
};
const COUNT: Operation = {
  summary: 'Number of tokens of a text',
  tag: 'Texts',
  response: 'SegmentResponse',
  query: { content: 'The text.', tokenizer: 'Its tokenizer; cl100k_base by default.' },
};
const CLASSIFIERS: Operation = {
  summary: 'Trained classifiers',
  tag: 'Classification',
  response: 'Classifiers',
};

const SEARCH: Operation = {
  summary: 'Web search, where the foundation has it; the local engine does not',
  tag: 'Reader',
  response: 'AnyObject',
};

const vendor = (summary: string): Operation => ({
  summary,
  tag: 'Other vendors',
  request: 'AnyObject',
  response: 'Any',
});

/** Every route by `METHOD path`. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'POST /v1/embeddings': {
    summary: 'Vectors of texts or images',
    tag: 'Vectors',
    request: 'EmbeddingsRequest',
    response: 'EmbeddingsResponse',
    example: { model: 'all-MiniLM-L6-v2', input: ['Hello, world!', 'How are you?'] },
  },
  'POST /v1/multi-vector': {
    summary: 'One vector per token, for late interaction',
    tag: 'Vectors',
    request: 'MultiVectorRequest',
    response: 'EmbeddingsResponse',
  },
  'POST /v1/rerank': {
    summary: 'Documents in the order of their relevance to a query',
    tag: 'Ranking',
    request: 'RerankRequest',
    response: 'RerankResponse',
    example: { query: 'a pet', documents: ['The cat sleeps.', 'Taxes are due.'] },
  },
  'POST /v1/classify': {
    summary: 'Labels for texts or images: in words, or with a trained classifier',
    tag: 'Classification',
    request: 'ClassifyRequest',
    response: 'ClassifyResponse',
    example: { model: 'all-MiniLM-L6-v2', input: ['My order never came.'], labels: ['delivery', 'payment'] },
  },
  'POST /v1/train': {
    summary: 'Trains or updates a classifier',
    tag: 'Classification',
    request: 'TrainRequest',
    response: 'TrainResponse',
  },
  'GET /v1/classifiers': CLASSIFIERS,
  'POST /v1/classifiers': CLASSIFIERS,
  'DELETE /v1/classifiers/:id': {
    summary: 'Deletes a classifier',
    tag: 'Classification',
    response: 'Deleted',
  },
  'POST /': {
    ...SEGMENT,
    summary: 'Chunks of a text; with url, html, pdf or file a page as Markdown, as at /r',
    request: 'AnyObject',
    response: 'Any',
  },
  'POST /v1/segment': SEGMENT,
  'GET /': COUNT,
  'GET /v1/segment': COUNT,
  'POST /v2/rerank': vendor('Cohere’s rerank'),
  'POST /v2/embed': vendor('Cohere’s embed'),
  'POST /embed': vendor('Text Embeddings Inference’s embed'),
  'POST /rerank': vendor('Text Embeddings Inference’s rerank'),
  'POST /api/embed': vendor('Ollama’s embed'),
  'POST /api/embeddings': vendor('Ollama’s older embeddings'),
  'GET /api/tags': { summary: 'Ollama’s list of models', tag: 'Other vendors', response: 'Any' },
  'POST /v1/chat/completions': {
    summary: 'Chat, where the foundation has it; the local engine does not',
    tag: 'Texts',
    request: 'AnyObject',
    response: 'AnyObject',
  },
  'GET /r/:url{.+}': {
    summary: 'A page as Markdown, as r.jina.ai answers it; options are headers',
    tag: 'Reader',
    response: 'Any',
  },
  'POST /r': {
    summary: 'The same for an address, HTML or a PDF',
    tag: 'Reader',
    request: 'AnyObject',
    response: 'Any',
    example: { html: '<h1>Bread</h1><p>Keep it dry.</p>' },
  },
  'GET /s': { ...SEARCH, query: { q: 'The query.' } },
  'GET /s/:q{.+}': SEARCH,
  'POST /s': { ...SEARCH, request: 'AnyObject' },
  'POST /g': {
    summary: 'Whether a statement is true, where the foundation has it; the local engine does not',
    tag: 'Reader',
    request: 'AnyObject',
    response: 'AnyObject',
  },
  'GET /v1/models': { summary: 'Models that can be asked for', tag: 'Models', response: 'Models' },
  'GET /v1/models/:id{.+}': {
    summary: 'One model, by its short or full id',
    tag: 'Models',
    response: 'Model',
  },
  'GET /v1/capabilities': {
    summary: 'Methods and models of this server',
    tag: 'Models',
    response: 'Capabilities',
  },
  'POST /v1/batch/embeddings': {
    summary: 'Starts a job that embeds many inputs',
    tag: 'Batches',
    request: 'BatchRequest',
    response: 'Batch',
  },
  'GET /v1/batches': {
    summary: 'Jobs, newest first',
    tag: 'Batches',
    response: 'Batches',
    query: { limit: 'How many; 20 by default.' },
  },
  'GET /v1/batch/:id': { summary: 'A job’s status', tag: 'Batches', response: 'Batch' },
  'DELETE /v1/batch/:id': { summary: 'Cancels a job', tag: 'Batches', response: 'Batch' },
  'GET /v1/batch/:id/output': {
    summary: 'Lines that succeeded, as JSONL',
    tag: 'Batches',
    response: 'Text',
    type: JSONL,
  },
  'GET /v1/batch/:id/errors': {
    summary: 'Lines that failed, as JSONL',
    tag: 'Batches',
    response: 'Text',
    type: JSONL,
  },
  'POST /v1/bulk-embeddings': {
    summary: 'The older API: a job of the rows of a file',
    tag: 'Batches',
    request: 'AnyObject',
    requestType: 'multipart/form-data',
    response: 'BulkJob',
  },
  'GET /v1/bulk-embeddings/:id': { summary: 'Its status', tag: 'Batches', response: 'BulkJob' },
  'POST /v1/bulk-embeddings/:id/download-result': {
    summary: 'The address of its result',
    tag: 'Batches',
    response: 'Download',
  },
  'GET /v1/indexes': { summary: 'Search indexes of this server', tag: 'Search', response: 'Indexes' },
  'GET /v1/indexes/:id': { summary: 'One index', tag: 'Search', response: 'Index' },
  'GET /v1/indexes/:id/facets': {
    summary: 'Values that results can be filtered by, with their numbers of documents',
    tag: 'Search',
    response: 'Facets',
  },
  'POST /v1/indexes/:id/search': {
    summary: 'Documents that answer a question, with their passages',
    tag: 'Search',
    request: 'IndexSearchRequest',
    response: 'IndexAnswer',
    example: { query: 'how does bread stay fresh', limit: 5 },
  },
  'POST /v1/indexes/:id/related': {
    summary: 'Documents that are like one',
    tag: 'Search',
    request: 'IndexRelatedRequest',
    response: 'IndexRelated',
  },
  'GET /health': { summary: 'Whether the process answers', tag: 'Server', response: 'Status', open: true },
  'GET /live': { summary: 'The same', tag: 'Server', response: 'Status', open: true },
  'GET /ready': { summary: 'Whether the models answer', tag: 'Server', response: 'Status', open: true },
  'GET /metrics': {
    summary: 'Counts in Prometheus’ text format',
    tag: 'Server',
    response: 'Text',
    type: 'text/plain',
  },
  'GET /openapi.json': { summary: 'This document', tag: 'Server', response: 'AnyObject', open: true },
  'GET /docs': {
    summary: 'The same as a page',
    tag: 'Server',
    response: 'Text',
    type: 'text/html',
    open: true,
  },
};
