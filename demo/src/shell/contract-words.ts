/** Messages of the contract, which are for developers, in words for a visitor. */
import { type FoundationError, findModel } from '@nearfield/spec';
import type { ProblemOrigin } from './problem-origin.ts';

/** What the items of a request are called where it is made. */
const ITEMS: Partial<Record<ProblemOrigin, string>> = { indexing: 'Passage', rerank: 'Passage' };

/** Fields of requests as the pages call them. */
const FIELDS: Record<string, string> = {
  apiKey: 'the API key',
  baseUrl: 'the server address',
  body: 'the request',
  classifier_id: 'the classifier',
  content: 'the text',
  dimensions: 'the number of dimensions',
  documents: 'the passages',
  embedding_type: 'the form of the vectors',
  head: 'the number of tokens',
  input: 'the input',
  labels: 'the labels',
  max_chunk_length: 'the longest chunk',
  model: 'the model',
  num_iters: 'the number of passes',
  overlap: 'the overlap',
  query: 'the query',
  strategy: 'the way to chunk',
  tail: 'the number of tokens',
  task: 'the task',
  temperature: 'the temperature',
  tokenizer: 'the tokenizer',
  top_n: 'the number of passages',
};

/** A sentence that only whoever writes code can follow. */
const FOR_CODE = /\w\(\)|\bcreate(?:Remote|Local)\b|\bset \w+ to (?:true|false)\b|\bapiKey\b/u;

/** Whole numbers of four digits and more that are no part of a name, an address, a date or a fraction. */
const LARGE = /(?<![\p{L}\d_.,:/'’"“#-])\d{4,}(?![\p{L}\d_:/'’"”-]|[.,]\d)/gu;

const whole = new Intl.NumberFormat('en');

/** With a capital in front, where the first word is one: names of models and addresses stay as they are. */
const capital = (text: string): string =>
  text.replace(
    /^\p{Ll}[\p{L}’']*(?=[\s,;:]|$)(?!:\/)/u,
    (word) => word.charAt(0).toUpperCase() + word.slice(1),
  );

/** `input.3.image` as "Picture 4", `documents.0` as "Passage 1"; undefined where a path names no item. */
function itemOf(path: string, origin: ProblemOrigin): string | undefined {
  const [, list, index, kind] = /^(input|documents)\.(\d+)(?:\.(\w+))?/u.exec(path) ?? [];
  if (index === undefined) return undefined;
  const noun = kind === 'image' ? 'Picture' : list === 'documents' ? 'Passage' : (ITEMS[origin] ?? 'Text');
  return `${noun} ${whole.format(Number(index) + 1)}`;
}

/** A field in the words of the pages. */
const nameOf = (path: string, origin: ProblemOrigin): string =>
  itemOf(path, origin) ?? FIELDS[path] ?? FIELDS[path.split('.')[0]!] ?? path.replaceAll('_', ' ');

/** What does not fit, with its subject said once. */
function misfit(field: string, message: string, origin: ProblemOrigin): string {
  const missing = /^Invalid key: Expected "(\w+)" but received undefined/u.exec(message)?.[1];
  if (missing !== undefined) return `“${missing.replaceAll('_', ' ')}” is missing.`;
  const subject = nameOf(field, origin);
  const should = /^Input should be (.*)$/su.exec(message)?.[1];
  if (should !== undefined) return `${capital(subject)} should be ${should}`;
  const last = field.split('.').at(-1)!;
  // The message begins with the field already, or speaks of the request as a whole.
  if (message.startsWith(`${last} `) || field === 'body' || field === 'input' || field === 'documents')
    return message;
  if (/^The image /u.test(message))
    return message.replace('The image', itemOf(field, origin) ?? 'The picture');
  return `${capital(subject)}: ${message}`;
}

/**
 * The message of an error for a visitor: without names of code, items counted from 1, large numbers grouped. What the
 * contract's own words do not fit is left as it is.
 */
export function visitorMessage(error: FoundationError, origin: ProblemOrigin): string {
  const issue = error.issues?.[0];
  const [, field, rest] =
    /^Validation errors?(?: in \d+ fields, first)?: '([^']+)': (.*)$/su.exec(error.message) ?? [];
  let message = error.message;
  if (field !== undefined && rest !== undefined)
    message = misfit(issue?.field ?? field, issue?.message || rest, origin);
  message = message
    .replace(
      /^(?:Input (\d+)|((?:input|documents|query)[\w.]*)) has (\d+) tokens/u,
      (_, index, path, tokens) => {
        const own = path === undefined ? `input.${index}` : String(path);
        const question = origin === 'question' && (own === 'input.0' || own === 'input');
        const subject = question ? 'The question' : capital(nameOf(own, origin));
        return `${subject} has ${tokens} tokens`;
      },
    )
    .replace(/^[\w.]+ is not supported here: /u, '')
    .replace(/^Authentication required: /u, '')
    // What may be the matter is said as advice.
    .replace(/^Could not reach (\S+) for .*$/su, 'There was no answer from $1.');
  message = message.replace(/,? or \S+ through createRemote\(\) of @nearfield\/remote/u, '');
  // Sentences end where white space follows, so that addresses stay whole.
  const sentences = message.split(/(?<=[.!?])\s+(?=\p{L})/u);
  const kept = sentences.filter((sentence) => !FOR_CODE.test(sentence));
  message = (kept.length > 0 ? kept : sentences).join(' ');
  message = message
    .replace(/; keys are made at \S+/u, '')
    .replace(
      /(?<![\w./'’"“-])[a-z]+(?:_[a-z]+)+(?![\w/'’"”(-]|\.\w)/gu,
      (name) => FIELDS[name] ?? (findModel(name) ? name : name.replaceAll('_', ' ')),
    )
    .replace(
      /^(overlap|labels|temperature|documents|content|query|tokenizer|top_n|head|tail)(?= )/u,
      (name) => FIELDS[name]!,
    )
    .replace(LARGE, (digits) => whole.format(Number(digits)));
  return capital(message);
}
