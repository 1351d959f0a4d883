import {
  AFTER_ORDINALS,
  AFTER_TIMES,
  BEFORE_NUMBERS,
  BEFORE_ORDINALS,
  BEFORE_SHORT_ORDINALS,
  ENGLISH,
  GERMAN,
  NAMES_WITH_MARKS,
  NEVER_LAST,
  SHARED_MONTHS,
  SOMETIMES_LAST,
  STARTERS,
  TIMES_AND_DEGREES,
} from './abbreviations.ts';
import { isWhiteSpace, skipWhiteSpace } from './characters.ts';

/** Characters that a rule looks back and ahead: no word or abbreviation is longer, and the work stays linear. */
const REACH = 64;

/** Marks that also occur inside words, addresses and code, and that a lower-case word may follow. */
const ASCII_MARKS = '.!?';
const CALLS = '!?‼⁇⁈⁉‽;\u037e';

/** Characters that follow a mark and belong to it: more marks, closing quotes and brackets, emphasis. */
const MARK = /[.!?…。！？｡．\u2024\u203c-\u203d\u2047-\u2049\u037e]/;
const CLOSING = /[\p{Pe}\p{Pf}"'»›”’*_~`]/u;
/** Quotes that close in German, Danish, …, and open elsewhere. */
const EITHER_WAY = /[“‘«‹]/;
const OPENING = /[\p{Ps}\p{Pi}"'„‚»›*_~`]/u;
const SPACED_CLOSING = /[»›]+(?=[\s,;:.!?]|$)/uy;
const NOTES = /(?:(?:\[(?:\d{1,3}|[a-z]{1,2})\])+|[¹²³⁰⁴-⁹]+)(?=\s|$)/uy;
const LAUGHTER = /[（(](?:笑|泣|爆|汗|涙|怒)[）)]/uy;

/** Emoji that follow a sentence's end belong to it: "Done! 🎉 Next one." */
const TRAILING_EMOJI =
  /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0f\u20e3])+(?=\s|$)\s*/uy;

/** Scripts that put no space between words. */
const UNSPACED =
  '[\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Bopo}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}\\p{sc=Tibt}々〆ー]';
const UNSPACED_BEFORE = new RegExp(`${UNSPACED}$`, 'u');
const UNSPACED_AFTER = new RegExp(`^${UNSPACED}`, 'u');
const CJK_MARK = /[。！？｡．]/;

const LOWER = /^\p{Ll}/u;
const UPPER = /^[\p{Lu}\p{Lt}]/u;
const CASED = /^[\p{Ll}\p{Lu}\p{Lt}]$/u;
const TEXT = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;
const ADDRESS = /(?:^|[^\p{L}])(?:[a-z][a-z\d+.-]*:\/\/|www\.)[^\s，、。「」『』（）《》]*$/iu;
const OPERATOR = /^[=+×÷<>≤≥≠→^%&/·](?:\s|=)/u;

/** A sentence's own number, bullets before it included. */
const NUMBERING = /^(?:[-*+•>#]+\s+)*\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[IVXLC]{1,6})[.)]+\s*$/;
const SPACED_ELLIPSIS = /(?:^|[^.\s])\s+\. \. \.$/;
const OMISSION = /[[(]\s?(?:\.{3}|…)\s?[\])]$/;
const ITEM_NUMBER = /(?:^|\s)\d{1,2}\.\)$/;

/** Speech continues after these: 「行け！」と叫んだ, “走！”他喊道。 */
const PARTICLE =
  /^(?:と(?!ころ|ても|にかく|もかく|きどき|りあえず|はいえ|っさ)|って|なんて|など|を|が(?!ん)|は(?![いっ])|に(?!も)|の|も(?![うしっちと])|へ)/u;
const SPEECH_VERB =
  /^(?:\p{sc=Han}{0,6}?[说說道问問喊叫答嚷笑]|[^。！？「」]{1,10}[はが][^。！？「」]{0,6}(?:言|聞|叫|答|尋|訊|笑|呟|つぶや|思))/u;

/** The first character that is a letter, after quotes, brackets and emphasis that open. */
function afterOpening(source: string, at: number): string {
  let from = at;
  while (from < at + 4 && OPENING_OR_EITHER(source[from])) from++;
  return String.fromCodePoint(source.codePointAt(from) ?? 0x20);
}
const OPENING_OR_EITHER = (character: string | undefined): boolean =>
  character !== undefined && (OPENING.test(character) || EITHER_WAY.test(character));

/** Position and parts of the mark that makes `index` a boundary, and the start of the text after it. */
interface End {
  /** The first of the marks, and the offset after the last. */
  readonly mark: number;
  readonly after: number;
  /** After closing quotes and the like. */
  readonly closed: number;
  /** The next text; the source's length if there is none. */
  readonly next: number;
}

function endAt(source: string, index: number): End | undefined {
  let at = index;
  const least = Math.max(0, index - REACH);
  while (at > least && isWhiteSpace(source.charCodeAt(at - 1))) at--;
  // Annex 29 counts opening brackets as closing ones: "。「" is divided after the bracket.
  while (at > least && (CLOSING.test(source[at - 1]!) || OPENING_OR_EITHER(source[at - 1]))) at--;
  const after = at;
  while (at > least && (MARK.test(source[at - 1]!) || (at < after && source[at - 1] === ' '))) at--;
  while (at < after && source[at] === ' ') at++;
  if (at === after) return undefined;
  let closed = after;
  while (closed < source.length && closed < after + REACH) {
    const character = source[closed]!;
    const following = source[closed + 1];
    if (EITHER_WAY.test(character)) {
      if (following !== undefined && TEXT.test(following)) break;
    } else if (/[*_~`]/.test(character)) {
      if (following !== undefined && !/[\s*_~`]/.test(following) && !CLOSING.test(following)) break;
    } else if (!CLOSING.test(character)) break;
    closed++;
  }
  for (const pattern of [NOTES, LAUGHTER]) closed = passing(pattern, source, closed);
  let next = skipWhiteSpace(source, closed, source.length);
  if (next > closed && next < source.length) {
    const spaced = passing(SPACED_CLOSING, source, next);
    if (spaced > next) {
      closed = spaced;
      next = skipWhiteSpace(source, closed, source.length);
    }
  }
  const emoji = passing(TRAILING_EMOJI, source, next);
  // Before a lower-case word they begin a sentence: "🚀 goes up."
  if (emoji > next && !LOWER.test(source.slice(emoji, emoji + 2))) {
    closed = Math.min(emoji, source.length);
    while (isWhiteSpace(source.charCodeAt(closed - 1))) closed--;
    next = emoji;
  }
  return { mark: at, after, closed, next };
}

function passing(sticky: RegExp, source: string, at: number): number {
  sticky.lastIndex = at;
  const match = sticky.exec(source);
  return match ? at + match[0].length : at;
}

/** The word at `at`, if it is one that begins sentences. */
function startsSentence(source: string, at: number): boolean {
  let from = at;
  while (from < at + 4 && OPENING_OR_EITHER(source[from])) from++;
  const word = /^\p{L}+(?=[\s'’]|$)/u.exec(source.slice(from, from + 20))?.[0];
  return word !== undefined && STARTERS.has(word);
}

/**
 * Start of the next sentence if one ends at `index`, a boundary of `Intl.Segmenter`; undefined if none does.
 *
 * Annex 29 divides at every "?" and "!", and at full stops before a capital. Here a sentence goes
 * on after a mark
 * - inside a word, a URL or a file's name: after ASCII marks without a space;
 * - before a lower-case word, as annex 29 has it for full stops only ("Yahoo! announced", "Go!" and ran) – unless the
 *   sentence itself began with one, for then its author writes all of them so;
 * - of an abbreviation, an initial, an ordinal number, the sentence's own number;
 * - in brackets within a sentence.
 *
 * @param start of the sentence.
 */
export function nextSentence(source: string, start: number, index: number): number | undefined {
  const end = endAt(source, index);
  if (!end) return skipWhiteSpace(source, index, source.length);
  const { mark, after, closed, next } = end;
  if (next >= source.length) return next;
  if (!TEXT.test(source.slice(start, Math.min(mark, start + REACH))) && mark - start < REACH)
    return undefined;
  if (mark - start <= 16 && NUMBERING.test(source.slice(start, closed))) return undefined;
  const tail = source.slice(Math.max(start, closed - REACH), closed);
  if (OMISSION.test(tail) || ITEM_NUMBER.test(tail) || SPACED_ELLIPSIS.test(tail)) return undefined;
  const last = source[after - 1]!;
  if (next === closed) return attachedEnds(source, start, end) ? next : undefined;
  const following = afterOpening(source, next);
  const closes = closed > after;
  if (CALLS.includes(last)) {
    if (OPERATOR.test(source.slice(next, next + 2))) return undefined;
    if (LOWER.test(following) && (closes || !isLowerCaseStyle(source, start, mark))) return undefined;
    const name = /\p{L}+$/u.exec(source.slice(Math.max(start, mark - REACH), mark))?.[0];
    if (name !== undefined && NAMES_WITH_MARKS.has(name) && UPPER.test(following)) {
      return startsSentence(source, next) ? next : undefined;
    }
  }
  if (closes && isWithinBrackets(source, start, mark, closed)) return undefined;
  if (last === '.' && after - mark === 1 && !closes && !fullStopEnds(source, start, mark, next))
    return undefined;
  return next;
}

/** Whether a sentence ends at a mark that no space follows. */
function attachedEnds(source: string, start: number, { mark, after, closed, next }: End): boolean {
  const last = source[after - 1]!;
  const rest = source.slice(next, next + 24);
  if (CJK_MARK.test(last)) {
    if (closed === after) return true;
    if (PARTICLE.test(rest)) return false;
    return !(/[！？]/.test(last) && OPENING_OR_EITHER(source[start]) && SPEECH_VERB.test(rest));
  }
  if (last === '…') return false;
  if (!ASCII_MARKS.includes(last)) return true;
  const unspacedBefore = UNSPACED_BEFORE.test(source.slice(Math.max(start, mark - 2), mark));
  const unspacedAfter = UNSPACED_AFTER.test(rest);
  if (
    last === '.' ? after - mark > 1 || !unspacedBefore || !unspacedAfter : !unspacedBefore && !unspacedAfter
  )
    return false;
  return !ADDRESS.test(source.slice(Math.max(start, mark - 4 * REACH), mark));
}

/** Whether the sentence's author begins sentences with lower-case letters, and the mark is not part of a name. */
function isLowerCaseStyle(source: string, start: number, mark: number): boolean {
  if (mark > start && isWhiteSpace(source.charCodeAt(mark - 1))) return false;
  const word = /\S+$/u.exec(source.slice(Math.max(start, mark - REACH), mark))?.[0] ?? '';
  return LOWER.test(source.slice(start, start + 2)) && !/\p{Lu}/u.test(word);
}

/** Whether the mark is in brackets that opened within the sentence, alone or after a lower-case word. */
function isWithinBrackets(source: string, start: number, mark: number, closed: number): boolean {
  if (!/[)\]）]/.test(source.slice(mark, closed))) return false;
  const from = Math.max(start, mark - 4 * REACH);
  const open = Math.max(...['(', '[', '（'].map((bracket) => source.lastIndexOf(bracket, mark)));
  if (open <= from) return false;
  return open + 1 === mark || LOWER.test(source.slice(open + 1, open + 3));
}

/** Whether a sentence ends at a single full stop with white space after it. */
function fullStopEnds(source: string, start: number, dot: number, next: number): boolean {
  const before = source.slice(Math.max(start, dot - REACH), dot);
  const word = /[\p{L}\p{M}°º№][\p{L}\p{M}.°º]*$/u.exec(before)?.[0];
  const numberNext = /^[(§№]?\s?\d/.test(source.slice(next, next + 3));
  if (word === undefined) return !isOrdinal(source, start, before, next);
  const preceding = before.slice(0, -word.length);
  if (BEFORE_NUMBERS.has(word) && numberNext) return false;
  if (TIMES_AND_DEGREES.test(word) || /[ap]\. ?m$/i.test(before)) {
    if (AFTER_TIMES.test(source.slice(next, next + 12))) return false;
    // "At 5 a.m. Mr. Smith": so short, it is hardly all.
    return preceding.slice(-REACH).trim().split(/\s+/).length > 2 || startsSentence(source, next);
  }
  if (NEVER_LAST.has(word)) return false;
  // Dr. med. Weber
  if (LOWER.test(word) && word.length <= 5 && /(?:^|\s)(?:Dr|Prof)\. $/.test(preceding)) return false;
  const spaced = /(?:^|[\s(])\p{L}{1,2}\. ?$/u.test(preceding);
  if (spaced && /^(?:ex|ej|es|eks|a|m|fl|[a-zäöü])$/.test(word)) return false;
  if (SOMETIMES_LAST.has(word)) return startsSentence(source, next);
  if (/^(?:\p{Lu}\.)+\p{Lu}$/u.test(word)) return startsSentence(source, next);
  // Lower-case letters with full stops between them: "u.s.w", "c.-à-d".
  if (/^(?:\p{L}{1,2}\.)+\p{L}{1,3}$/u.test(word) && LOWER.test(word)) {
    return /^(?:u\.s\.w|и\.т\.д|т\.д|т\.п|v\.v|e\.t\.c|m\.m|m\.fl)$/.test(word);
  }
  if ([...word].length > 1 || /[\p{Lo}]/u.test(word)) {
    if (/^[IVXLC]+$/.test(word) && AFTER_ORDINALS.test(source.slice(next, next + 20))) return false;
    return !(/^\p{Lo}$/u.test(word) && !UNSPACED_AFTER.test(word) && !/\p{sc=Hang}/u.test(word));
  }
  if (!CASED.test(word)) return true;
  // n. Chr.
  if (/^(?:Chr|Zt)\./.test(source.slice(next, next + 4))) return false;
  // A unit ("5 m.", "1999 г."), a word ("Это я."), or an initial.
  if (/\d\s?$/.test(preceding) || /^[яЯ]$/.test(word)) return true;
  if (spaced) return false;
  return startsSentence(source, next);
}

/** Whether the number that `before` ends with, before a full stop, is an ordinal of what follows. */
function isOrdinal(source: string, start: number, before: string, next: number): boolean {
  const found =
    /(?:(?<word>[\p{L}.]+),?\s+|(?<day>(?<!\d)\d{1,2}\.\s))?(?<![\p{L}\p{N}.,])(?<number>\d{1,4})$/u.exec(
      before,
    )?.groups;
  if (!found) return false;
  const rest = source.slice(next, next + REACH);
  const { word, day, number } = found;
  // 3. 10. 1990
  if (number!.length <= 2 && /^\d{1,2}\.\s?\d{0,4}/.test(rest)) return true;
  if (day !== undefined && number!.length <= 2 && /^\d{4}(?!\d)/.test(rest)) return true;
  if (!UPPER.test(rest) || startsSentence(source, next)) return false;
  if (number!.length <= 3 && AFTER_ORDINALS.test(rest)) return true;
  const around = `${source.slice(Math.max(start, next - 4 * REACH), next)} ${rest}`;
  const english = ENGLISH.test(around);
  if (number!.length <= 2 && SHARED_MONTHS.test(rest)) return !english;
  if (word === undefined || english || !GERMAN.test(around)) return false;
  if (BEFORE_ORDINALS.test(word)) return true;
  // Years follow these as well, and names in the genitive: Beethovens 9. Sinfonie.
  return number!.length <= 2 && (BEFORE_SHORT_ORDINALS.test(word) || /^\p{Lu}\p{Ll}+s$/u.test(word));
}
