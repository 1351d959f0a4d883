/** Messages of the contract, which are for developers, in words for a visitor. */
import { type FoundationError, findModel } from '@nearfield/spec';
import { words } from '../words/language.ts';
import { formatCount } from './format.ts';
import type { ProblemOrigin } from './problem-origin.ts';

/** Where the items of a request are passages. */
const OF_PASSAGES: readonly ProblemOrigin[] = ['indexing', 'rerank'];

/** A sentence that only whoever writes code can follow. */
const FOR_CODE = /\w\(\)|\bcreate(?:Remote|Local)\b|\bset \w+ to (?:true|false)\b|\bapiKey\b/u;

/** Whole numbers of four digits and more that are no part of a name, an address, a date or a fraction. */
const LARGE = /(?<![\p{L}\d_.,:/'’"“#-])\d{4,}(?![\p{L}\d_:/'’"”-]|[.,]\d)/gu;

/** With a capital in front, where the first word is one: names of models and addresses stay as they are. */
const capital = (text: string): string =>
  text.replace(
    /^\p{Ll}[\p{L}’']*(?=[\s,;:]|$)(?!:\/)/u,
    (word) => word.charAt(0).toUpperCase() + word.slice(1),
  );

const fieldName = (path: string): string | undefined =>
  (words().problems.fields as Record<string, string>)[path];

/** `input.3.image` as "Picture 4", `documents.0` as "Passage 1"; undefined where a path names no item. */
function itemOf(path: string, origin: ProblemOrigin): string | undefined {
  const [, list, index, kind] = /^(input|documents)\.(\d+)(?:\.(\w+))?/u.exec(path) ?? [];
  if (index === undefined) return undefined;
  const { passage, picture, text } = words().problems;
  const isPassage = list === 'documents' || OF_PASSAGES.includes(origin);
  return (kind === 'image' ? picture : isPassage ? passage : text)(Number(index) + 1);
}

/** A field in the words of the pages. */
const nameOf = (path: string, origin: ProblemOrigin): string =>
  itemOf(path, origin) ?? fieldName(path) ?? fieldName(path.split('.')[0]!) ?? path.replaceAll('_', ' ');

const subjectOf = (path: string, origin: ProblemOrigin): string => capital(nameOf(path, origin));

/** The field of a request that does not fit, and what is wrong with it; undefined for an error of another kind. */
function misfitOf(error: FoundationError): { field: string; message: string } | undefined {
  const [, field, rest] =
    /^Validation errors?(?: in \d+ fields, first)?: '([^']+)': (.*)$/su.exec(error.message) ?? [];
  if (field === undefined || rest === undefined) return undefined;
  const issue = error.issues?.[0];
  return { field: issue?.field ?? field, message: issue?.message || rest };
}

/** A misfit as the page says it in every language; undefined for one that only the contract has words for. */
function knownMisfit(field: string, message: string, origin: ProblemOrigin): string | undefined {
  const said = words().problems;
  const missing = /^Invalid key: Expected "(\w+)" but received undefined/u.exec(message)?.[1];
  if (missing !== undefined) return said.missing(missing.replaceAll('_', ' '));
  if (/^The image is empty \(0 bytes\)/u.test(message)) return said.emptyPicture(subjectOf(field, origin));
  if (/overlap must be smaller than max_chunk_length/u.test(message)) return said.overlapTooLong;
  const [, bound, limit] =
    /^Input should be (greater|less) than or equal to (-?\d+(?:\.\d+)?)$/u.exec(message) ?? [];
  if (limit !== undefined)
    return (bound === 'greater' ? said.least : said.most)(subjectOf(field, origin), Number(limit));
  const above = /^\w+ must be greater than (-?\d+(?:\.\d+)?)\.?$/u.exec(message)?.[1];
  if (above !== undefined) return said.above(subjectOf(field, origin), Number(above));
  const most = /^content holds at most (\d+) characters\./u.exec(message)?.[1];
  return most === undefined ? undefined : said.mostCharacters(subjectOf('content', origin), Number(most));
}

/** The message of an error in the language in use; undefined for one that only the contract has words for. */
export function knownMessage(error: FoundationError, origin: ProblemOrigin): string | undefined {
  const said = words().problems;
  const misfit = misfitOf(error);
  if (misfit) return knownMisfit(misfit.field, misfit.message, origin);
  const { message } = error;
  const long =
    /^(?:Input (\d+)|((?:input|documents|query)[\w.]*)) has (\d+) tokens; (\S+) reads at most (\d+)\./u.exec(
      message,
    );
  if (long) {
    const [, index, path, tokens, model, most] = long;
    const own = path ?? `input.${index}`;
    const isQuestion = origin === 'question' && (own === 'input.0' || own === 'input');
    const subject = isQuestion ? said.theQuestion : subjectOf(own, origin);
    return said.tooManyTokens(subject, Number(tokens), model!, Number(most));
  }
  const unreached = /^Could not reach (\S+) for /u.exec(message)?.[1];
  if (unreached !== undefined) return said.noAnswerFrom(unreached);
  const [, address, endpoint] =
    /^Authentication required: (\S+) answers (?:(.+?) )?only with an API key\./u.exec(message) ?? [];
  if (address !== undefined) return said.keyOnly(address, endpoint);
  const classifier = /^Unknown classifier '([^']+)'\./u.exec(message)?.[1];
  return classifier === undefined ? undefined : said.unknownClassifier(classifier);
}

/** What does not fit, with its subject said once. */
function misfitText(field: string, message: string, origin: ProblemOrigin): string {
  const should = /^Input should be (.*)$/su.exec(message)?.[1];
  if (should !== undefined) return `${subjectOf(field, origin)} should be ${should}`;
  const last = field.split('.').at(-1)!;
  // The message begins with the field already, or speaks of the request as a whole.
  if (message.startsWith(`${last} `) || field === 'body' || field === 'input' || field === 'documents')
    return message;
  const item = itemOf(field, origin);
  if (item !== undefined && /^The image /u.test(message)) return message.replace('The image', item);
  return `${subjectOf(field, origin)}: ${message}`;
}

/**
 * The message of an error for a visitor: in the language in use where it is a known one. Otherwise the contract's, without
 * names of code, items counted from 1, large numbers grouped; what does not fit that is left as it is.
 */
export function visitorMessage(error: FoundationError, origin: ProblemOrigin): string {
  const known = knownMessage(error, origin);
  if (known !== undefined) return known;
  const misfit = misfitOf(error);
  let message = (misfit ? misfitText(misfit.field, misfit.message, origin) : error.message)
    .replace(/^[\w.]+ is not supported here: /u, '')
    .replace(/,? or \S+ through createRemote\(\) of @nearfield\/remote/u, '');
  // Sentences end where white space follows, so that addresses stay whole.
  const sentences = message.split(/(?<=[.!?])\s+(?=\p{L})/u);
  const kept = sentences.filter((sentence) => !FOR_CODE.test(sentence));
  message = (kept.length > 0 ? kept : sentences).join(' ');
  message = message
    .replace(
      /(?<![\w./'’"“-])[a-z]+(?:_[a-z]+)+(?![\w/'’"”(-]|\.\w)/gu,
      (name) => fieldName(name) ?? (findModel(name) ? name : name.replaceAll('_', ' ')),
    )
    .replace(
      /^(overlap|labels|temperature|documents|content|query|tokenizer|top_n|head|tail)(?= )/u,
      (name) => fieldName(name)!,
    )
    .replace(LARGE, (digits) => formatCount(Number(digits)));
  return capital(message);
}
