/** Texts that `npm run bench` and the page Benchmark both compute: the same ones wherever they are made. */

/** Words of everyday English, enough for texts whose tokens vary. */
const WORDS =
  'the of and to in is that it was for on are with as his they at be this from have or by one had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know get through back much before go good new write our used me man too any day same right look think also around another came come work three word must because does part even place well such here take why help put different away again off went old number great tell men say small every found still between name should home big give air line set own under read last never us left end along while might next sound below saw something thought both few those always looked show large often together asked house world going want school important until form food keep children feet land side without boy once animals life enough took sometimes four head above kind began almost live page got earth need far hand high year mother light parts country father let night following picture being study second eyes soon times story boys since white days ever paper hard near sentence better best across during today others however sure means knew try told young miles sun ways thing whole hear example heard several change answer room sea against top turned learn point city play toward five using himself usually'.split(
    ' ',
  );

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function makeText(random: () => number, words: number): string {
  return Array.from({ length: words }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ');
}

/** Number of words per text. */
export interface TextLengths {
  shortest: number;
  longest: number;
  uniform: number;
}

/** Those of passages, titles and queries. */
export const REAL_LENGTHS: TextLengths = { shortest: 4, longest: 220, uniform: 40 };

/** For the tiny model, whose vocabulary spells most words letter by letter. */
export const TINY_LENGTHS: TextLengths = { shortest: 1, longest: 12, uniform: 4 };

/** Texts of all lengths: many short ones, few long ones, as a page of passages, titles and queries has. */
export function mixedTexts(count: number, { shortest, longest }: TextLengths, seed = 1): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () =>
    makeText(random, Math.round(shortest + (longest - shortest) * random() ** 2.4)),
  );
}

/** Texts of one length, without padding. */
export function uniformTexts(count: number, { uniform }: TextLengths, seed = 2): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => makeText(random, uniform));
}

/** Short texts for calls of one text each: those of mixed lengths, cut to nine words. */
export const queryTexts = (count: number, lengths: TextLengths): string[] =>
  mixedTexts(count, lengths, 5).map((text) =>
    text.split(' ').slice(0, Math.min(9, lengths.longest)).join(' '),
  );

/** What documents are ranked by. */
export const RANKING_QUERY = 'how do animals find water in summer';

/** Documents of one length for a reranker. Every word is one token of the embedded models. */
export const rankedTexts = (count: number, tokens: number): string[] =>
  uniformTexts(count, { ...REAL_LENGTHS, uniform: tokens }, 17);
