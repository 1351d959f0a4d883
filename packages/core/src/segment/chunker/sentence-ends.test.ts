import { describe, expect, it } from 'vitest';
import { atOnce } from '../slices.ts';
import { Meter } from './meter.ts';
import * as sentences from './sentences.ts';

const sentenceStarts = atOnce(sentences.sentenceStarts);

/**
 * Texts labelled by hand: sentences begin after "|". What is labelled follows annex 29 of Unicode, with the
 * conventions that rule-based splitters share (the "golden rules" of pragmatic segmenters: abbreviations, initials,
 * times, addresses, quoted speech, ordinals, …).
 */
const LABELLED: Record<string, string[]> = {
  'addresses and names of files': [
    'Look it up at https://shop.example/find?item=7 today. | Second sentence here.',
    'Go to example.com/path?x=1&y=2! | Then come back.',
    'Open http://a.example/b!c?d=E&f=G#h.i and wait. | Done?',
    'See https://a.example/find?Item=7 or www.b.example/?Q=1. | Both work.',
    'The file is file.name?raw and README.md is next. | Read it.',
    'Save it as report.Final.docx. | Send it!',
    'Write to jane.doe+x@mail.example.com. | She reads it.',
    'Ping 192.168.0.1 and 10.0.0.1. | It answers.',
    'Version 2.4.1 is out. | It has v3.0.Beta too.',
    'Read [Why?](https://a.example/b?c=D) first. | Then the rest.',
    'Read [the FAQ](https://a.example/faq?Q=3). | Then ask.',
    '<https://a.example/x?Y=1> is odd. | So what?',
    'The query `SELECT a FROM b WHERE c = ?` is slow. | Index it.',
    'Run `git commit -m "Done. Next!" now` once. | Push.',
    'The path C:\\dir\\x.Y and /etc/z.Conf differ. | Copy both.',
    'Use @user!bang and #tag?x here. | Fine.',
  ],
  'marks inside words': [
    'Yahoo! announced a deal. | Nobody cared.',
    'She works at Yahoo! in the accounting department. | He does not.',
    'Yahoo! News is a site. | It has news.',
    'Do you know C++? | It is old.',
    'They like C# and F#. | They use .NET daily.',
    'Wait...what did you say? | Nothing.',
    'Wait...What? | Nothing.',
    'The rule is !important here. | It wins.',
    'Set `color: red !important;` there. | Reload.',
    'If a != b then c is d. | Else it is e.',
    'Note that 5! = 120 holds. | And 0! = 1 too.',
    'Panic! at the Disco played. | We danced.',
    'The musical Oliver! was on. | It was good.',
    'Who Wants to Be a Millionaire? is a show. | It is on tonight.',
    'What?! | No way!! | Really!? | Yes.',
    'Pi is 3.14159 or so. | And e is 2.718.',
    'It costs $1,000.50 today. | Tomorrow it costs .99 more.',
    'He said so (wow!) and left. | She stayed.',
  ],
  'quoted speech': [
    'He shouted "Go!" and ran. | The end came.',
    '“Stop!” she said. | He stopped.',
    '"Why?" he asked. | "Because," she said.',
    'She asked (really?) and left. | Nobody answered.',
    "'Is it true?' they wondered. | It was.",
    '‘Who is it?’ came the answer. | ‘Me.’',
    'The sign said "Keep out!" in red. | We went in.',
    'She turned to him, "This is great." | She held the book out to show him.',
    '"This is great." she said. | He agreed.',
    'He asked: "Why?" | She did not know.',
    'He left. | (It was late.) | Then it rained.',
    'He came (at last!) and sat down. | We ate.',
    '**Stop!** | Now go. | *Really?* she asked. | Yes.',
    '„Los!“ rief er. | Alle liefen.',
    'Sie fragte: „Warum?“ | Er schwieg.',
    '»Halt!« sagte sie. | Er blieb stehen.',
    'Die neue (!) Regelung gilt ab heute. | Sie ist gut.',
    'Das war (wirklich?) Unsinn. | Alle lachten.',
    '« Vas-y ! » cria-t-il. | Puis il partit.',
    '«Pourquoi ?» demanda-t-elle. | Il ne dit rien.',
    '«¡Corre!» gritó ella. | Todos corrieron.',
    '«Perché?» chiese lui. | Lei tacque.',
    '«Куда?» спросил он. | Никто не ответил.',
    '— Стой! — крикнул он. | Все остановились.',
    '”Kom hit!” ropade han. | Hon kom.',
    '「行け！」と彼は叫んだ。|みんな走った。',
    '「はい。」と答えた。|そして帰った。',
    '彼は言った。|「行こう。」|彼女は黙った。',
    '「本当ですか？」彼女は聞いた。|「はい！」|でもそれは嘘だった。',
    '“走！”他喊道。|大家都跑了。',
    '他说：“我走了。”|她哭了。',
  ],
  'English abbreviations and numbers': [
    'Mr. Smith met Dr. J. R. Jones. | They talked.',
    'Fruits, e.g. Apples, are good. | Eat them.',
    'I live in the U.S. | How about you?',
    'I work for the U.S. Government in Virginia. | You do not.',
    'I have lived in the U.S. for 20 years. | It was fun.',
    'At 5 a.m. Mr. Smith went to the bank. | He left the bank at 6 P.M. | Mr. Smith then went to the store.',
    'We make a good team, you and I. | Did you see Albert I. Jones yesterday?',
    'They closed the deal with Pitt, Briggs & Co. at noon. | All was well.',
    'They closed the deal with Pitt, Briggs & Co. | It closed yesterday.',
    'Let us ask Jane and co. | They should know.',
    'John Smith Jr. Chairman of the board spoke. | We listened.',
    'Dwayne Johnson, a.k.a. The Rock, came. | We cheered.',
    'The store opens at 9 A.M. Monday through Friday. | We close at 5 P.M. | Call us.',
    'See Eq. (3) and p. 12 and fig. 4 of vol. 3. | Also no. 5.',
    'It was in 1999. | Then came the new age.',
    'He was 12. | Then he left.',
    'I am 12. | My name is Tom.',
    '1. First item. | 2. Second item. | 3) Third item.',
    'A. First. | B. Second.',
    '1.2.3. Scope of the text. | Here it is.',
    'Take vitamin C. | It helps.',
    'I never meant that.... | She left the store.',
    'I was not ... well, what I mean...see . . . what I say. | The thing is . . . I did not.',
    'He does not know… | Maybe tomorrow.',
    'He said [...] Nothing was lost. | We know.',
    'It was shown before.[1][2] | Later work agreed.[3]',
    'It was shown before.¹ | Later work agreed.',
    'The meeting is on Jan. 5 at noon. | Be there.',
    'Prof. Dr. A. B. Miller vs. St. John. | The court sat.',
    'He has a Ph.D. in physics. | She has none.',
    'J. K. Rowling wrote it. | We read it.',
    'is it true? | yes it is! | Good.',
  ],
  German: [
    'Am 3. Oktober ist Feiertag. | Alle haben frei.',
    'Er kam am 3. Oktober an. | Sie kam später.',
    'Der 1. FC Köln gewann. | Die Fans feierten.',
    'Es war im 19. Jahrhundert. | Damals war alles anders.',
    'Sie feierte ihren 30. Geburtstag. | Es gab Kuchen.',
    'Beethovens 9. Sinfonie ist bekannt. | Wir hören sie.',
    'Vom 3. bis 5. Mai und am 4. und 5. Juni ist zu. | Danach ist offen.',
    'Das geschah am 3. 10. 1990 in Berlin. | Das weiß jeder.',
    'Er wohnt im 2. Stock. | Sie wohnt im 3. Stock.',
    'Das ist die 2. Auflage des Buches. | Die 3. Auflage folgt.',
    'Zum 1000. Mal sage ich es. | Hör zu!',
    'Es war im Jahr 1999. | Dann kam er.',
    'Er war 12. | Dann zog er um.',
    'Das gilt z. B. Für alle, d. h. Für jeden. | Siehe Nr. 7.',
    'Das gilt z.B. Freunden bzw. Kollegen und ggf. Gästen. | Mehr nicht.',
    'Wir kaufen Äpfel, Birnen usw. | Dann kochen wir.',
    'Prof. Dr. med. Weber und Dipl.-Ing. Maier kamen. | Hr. Schmidt nicht.',
    'Siehe Abb. 3, Bd. 2, S. 14 und Art. 5 GG. | Das genügt.',
    'Was sind die Folgen der Wahl vom 12. Juni? | Niemand weiß es.',
    'Es war 44 v. Chr. in Rom, nicht 20 n. Chr. Geburt. | Das kostet 5 Mio. Euro.',
    'Der 2. Weltkrieg endete 1945. | Der 1. endete 1918.',
  ],
  'French, Spanish, Portuguese, Italian': [
    'On vend des fruits, p. ex. Des pommes. | Voilà.',
    'M. Dupont et Mme Martin sont là. | Où est Mgr. Paul ?',
    'Comment vas-tu ? | Bien ! | Et toi ?',
    'Voir p. 12, chap. 3 et fig. 4. | C’est tout.',
    'Il est né en 1999. | Puis il partit.',
    'Hola Srta. Ledesma. | Soy el Lic. Pastoriza, y él es el Dr. Naser.',
    '¿Cómo está hoy? | Espero que muy bien. | ¡Adiós!',
    'El Sr. García y la Sra. López viven en EE.UU. desde 1999. | Son felices.',
    'La casa cuesta $170.500.000,00! | ¡Muy cara!',
    'O Sr. Silva e a Dra. Costa chegaram. | Ninguém viu.',
    'Há frutas, p. ex. Maçãs, e vinho. | Tudo bem?',
    'Salve Sig.ra Mengoni! | Come sta oggi?',
    'Sono l’Ing. Rossi. | È presente l’Avv. Bianchi?',
    'Vedi pag. 14 e art. 3. | Poi torna.',
  ],
  'Dutch and Nordic languages': [
    'De heer Jansen komt, d.w.z. Morgen. | Tot dan!',
    'Hij vroeg bijv. Aan wie? | Niemand weet het.',
    'Den 3. oktober er det fest. | Alle kommer.',
    'I det 19. århundrede var det f.eks. Almindeligt. | Nu ikke.',
    'Christian 4. byggede meget. | Han var konge.',
    'Han bor på 3. etasje. | Hun bor på 4. etasje.',
    'Hän asuu 3. kerroksessa. | Se on esim. Tampereella.',
    'Han kom kl. 5 och gick. | Sedan kom hon.',
  ],
  'Polish, Czech, Hungarian, Turkish': [
    'Święto jest 1. maja. | Wszyscy odpoczywają.',
    'Spotkał prof. Nowaka i dr. Kowalskiego, tzn. Jana. | Potem wyszedł.',
    'W 1999 r. | Potem wszystko się zmieniło.',
    'Schůzka je 3. října, např. V Praze. | Přijďte.',
    'Přišel Ing. Novák a Mgr. Malá. | Pak odešli.',
    'A 19. században élt. | Dr. Kovács írta, pl. Ezt is.',
    'II. Dünya Savaşı bitti. | Sonra barış geldi.',
    'Prof. Dr. Yılmaz ve Doç. Dr. Kaya geldi. | Konuştular.',
  ],
  'Russian, Ukrainian, Greek, Armenian': [
    'А. С. Пушкин родился в 1799 г. | Он был поэтом.',
    'Это я. | Он ушёл.',
    'Он жил на ул. Ленина, д. 5, кв. 7. | Потом уехал.',
    'Были яблоки, груши и т.д. | Потом ушли.',
    'См. рис. 3 и табл. 4, т.е. Всё. | Конец.',
    'Тут проф. Іваненко та акад. Шевченко прийшли. | Потім пішли.',
    'Πού είναι; | Εδώ. | Ο κ. Παπάς ήρθε.',
    'Ի՞նչ ես մտածում: | Ոչինչ:',
  ],
  'Chinese, Japanese, Korean': [
    '您好。|今天怎么样？|很好！|谢谢。',
    '请看https://a.example/b?c=1谢谢。|好。',
    '真的?|不会!|好的。',
    '他说“好”。|然后走了。',
    'これはペンです。|それはマーカーです。',
    '良かったね！|すごい！|ほんと？！|うん。',
    '税率は３．２９％です。|高いですね。',
    'すごい！（笑）|そうだね。',
    '안녕하세요. | 정답은 둘. | 반갑습니다!',
    '그는 "가!"라고 말했다. | 모두 갔다.',
  ],
  'Arabic, Persian, Urdu, Hindi, Burmese, Amharic, Hebrew, Thai': [
    'هل هذا سؤال؟ | نعم. | شكرا!',
    'خوشبختم، آقای رضا. | شما کجایی هستید؟ | من از تهران هستم.',
    'کیا حال ہے؟ | ميرا نام علی ہے۔ | شکریہ۔',
    'यह एक वाक्य है। | यह दूसरा है। | क्या यह ठीक है?',
    'डॉ. शर्मा आए। | वे बैठे।',
    'ခင်ဗျားနာမည်ဘယ်လိုခေါ်လဲ။|ကျွန်တော်ပါ။',
    'እንደምን አለህ። | ደህና ነኝ።',
    'שלום. | מה שלומך? | טוב!',
    'ไปไหน? | ไปเที่ยว! | ดี',
  ],
};

const sentencesOf = (text: string): string[] => {
  const starts = sentenceStarts(text, 0, text.length, { meter: new Meter() });
  return starts.map((start, index) => text.slice(start, starts[index + 1]).trimEnd());
};

/** A labelled text's sentences, and the text itself. */
const readLabelled = (labelled: string): { text: string; sentences: string[] } => ({
  text: labelled.replaceAll(' | ', ' ').replaceAll('|', ''),
  sentences: labelled.split('|').map((sentence) => sentence.trim()),
});

describe('sentences of labelled texts', () => {
  for (const [name, texts] of Object.entries(LABELLED)) {
    it.each(texts)(`${name}: %s`, (labelled) => {
      const { text, sentences } = readLabelled(labelled);
      expect(sentencesOf(text)).toEqual(sentences);
    });
  }

  it('are found in all of them one after the other, and over line ends', () => {
    const all = Object.values(LABELLED).flat().map(readLabelled);
    expect(all.flatMap(({ sentences }) => sentences).length).toBeGreaterThan(350);
    for (const { text, sentences } of all) {
      const wrapped = (each: string): string => each.replace(/ (?=\S{4})/g, '\n');
      // A space that a rule needs may be a line end.
      expect(sentencesOf(wrapped(text)).map((each) => each.replaceAll('\n', ' '))).toEqual(sentences);
    }
  });
});
