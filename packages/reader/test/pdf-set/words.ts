/** Random numbers from 0 to 1 by a seed: mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const ENGLISH =
  'the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many off before must well back through years where much your way down should because long each just state those people too mr how little good world make very year still see work life get here between both under last great never same another know while us might old came against right used take three efficient office finally reflection difficult traffic workflow significant configuration international representation understanding measurement communication administration development environment organization responsibility characteristic'.split(
    ' ',
  );
const HEBREW =
  'שלום עולם ספר בית ילד מים אור יום לילה עיר דרך אדם ארץ שמים זמן חדש ישן גדול קטן טוב מאוד לחם מלח שולחן כיסא חלון דלת מפתח עץ פרח'.split(
    ' ',
  );
const ARABIC =
  'كتاب بيت ماء نور يوم ليل مدينة طريق ارض سماء زمن جديد قديم كبير صغير خبز ملح نافذة باب مفتاح شجرة زهرة'.split(
    ' ',
  );

/** Texts of one document, by a seed. */
export class Writer {
  readonly #random: () => number;
  readonly #words: readonly string[];

  constructor(seed: number, language: 'english' | 'hebrew' | 'arabic' = 'english') {
    this.#random = randomOf(seed);
    this.#words = { english: ENGLISH, hebrew: HEBREW, arabic: ARABIC }[language];
  }

  number(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.#random() * values.length)]!;
  }

  words(count: number): string[] {
    return Array.from({ length: count }, () => this.pick(this.#words));
  }

  phrase(from: number, to: number): string {
    return capital(this.words(this.number(from, to)).join(' '));
  }

  sentence(): string {
    const words = this.words(this.number(7, 19));
    if (words.length > 12) words[5] += ',';
    if (this.#words === ENGLISH && this.number(0, 7) === 0)
      words[3] = this.pick(['well-known', 'long-term', 'part-time', 'self-made']);
    return `${capital(words.join(' '))}.`;
  }

  paragraph(from: number = 3, to: number = 6): string {
    return Array.from({ length: this.number(from, to) }, () => this.sentence()).join(' ');
  }
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
