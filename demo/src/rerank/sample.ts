/** The name of a function of this project, and what ten docstrings of it say: one of them is the function's own. */
export const SAMPLE_QUERY = 'windows over';

export const SAMPLE_PASSAGES: readonly string[] = [
  'Asks a worker whether it still answers, while calls wait for it. A runtime whose GPU vanished in the middle of a run can wait for it for ever, in a loop that lets no message in: its worker neither fails nor dies. Only time in which this page itself was awake counts: a tab that was frozen or throttled finds its own questions unanswered, too.',
  'The last place in (start, limit] where text can be cut without dividing a grapheme cluster. start must be a boundary. Where the first cluster reaches beyond limit, its end; but a cluster of more than 64 code units is cut at limit, between code points. Intl.Segmenter copies what it is given, so it gets a window only.',
  'Starts and ends of the windows over a document of length tokens. Each starts overlap before the end of the one before; the last is moved back to full width. A document that fits is one window. Source: reranker_tokenize_preproc of jina-reranker-v2-base-multilingual.',
  'Pairs of a query with each document as the model reads them, long documents in overlapping windows. The query is cut to the recipe’s limit and to half of the context; what remains of maxTokens is the window.',
  'Work that several callers wait for, done once. Each caller has its own signal; the work is aborted only when nobody waits for it any more.',
  'Locks that processes share: a file that only one can create, which its holder touches as long as it lives. A lock whose holder died is taken over.',
  'The sessions of one device: keeps their memory under a limit by closing the least recently used, and lets only one thing happen on the device at a time.',
  'The page’s half of the worker boundary: starts the worker, notices when it dies or loses its device, starts another and sends it what was pending, once.',
  'The models of one engine. A model is loaded part by part, when a part is first used. Calls share what is loaded; a load that failed is tried again.',
  'Moves the start of each chunk but the first back into the chunk before it: to the earliest sentence or line within overlap characters, else the earliest word. Ends stay.',
];
