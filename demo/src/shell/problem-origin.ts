/** What was going on when an error came. A new attempt of the same kind takes the old problem away. */
export type ProblemOrigin =
  | 'benchmark'
  | 'classify'
  | 'device'
  | 'files'
  | 'indexing'
  | 'map'
  | 'models'
  | 'page'
  | 'playground'
  | 'question'
  | 'read'
  | 'rerank'
  | 'segment'
  | 'storage';
