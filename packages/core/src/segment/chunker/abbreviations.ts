const words = (...lines: readonly string[]): ReadonlySet<string> => new Set(lines.join(' ').split(' '));

/**
 * Titles and abbreviations that a sentence does not end with, without their last full stop. Words of one language
 * that are whole words of another ("in.", "ill.") are left out, and so is what occurs before a lower-case word only.
 */
export const NEVER_LAST = words(
  // English
  'Mr Mrs Ms Mx Messrs Dr Drs Prof St Ste Gen Col Capt Cpt Cmdr Lt Sgt Cpl Pvt Maj Adm Brig Rev Hon Pres Gov Sen',
  'Rep Amb Supt Insp Msgr Mt vs viz cf eg ie e.g i.e a.k.a w.r.t resp incl excl dept',
  // German, Dutch
  'Hr Hrn Fr Frl Dipl Ing Dr.-Ing Hrsg hrsg bzw vgl zzgl inkl exkl ggf ggfs evtl sog bspw insb insbes urspr ehem allg',
  'versch entspr geb gest dt engl frz griech rer nat jur phil habil oec theol vet Dres z.B d.h u.a i.d.R o.g',
  'dhr mevr drs ing bijv d.w.z o.a blz vgl jl m.b.t t.a.v prof dr mr',
  // French, Spanish, Portuguese, Italian, Romanian
  'av apr MM Mme Mmes Mlle Mlles Mgr Pr Vve p.ex env éd boul bd Sra Srta Sres Sras Dra Dña Lic Gral Cnel Tte Avda Uds Vds',
  'Ud Vd Excmo Excma Ilmo Rvdo Sto Sta Profa Exmo Exma p.ej Sig Sigg Sig.ra Sig.na Dott Dott.ssa Prof.ssa Avv',
  'Geom Mons Egr Spett dl dna',
  // Danish, Norwegian, Swedish, Finnish
  'f.eks bl.a dvs jf jfr frk ekskl inkl ekskl evt tidl t.ex d.v.s bl esim ks vrt',
  // Polish, Czech, Slovak, Hungarian, Croatian, Slovene, Turkish
  'np hab inż mgr św tzn tj tzw m.in ul např tzv Mgr Bc MUDr JUDr PhDr RNDr sv cca popř zvl nám vč ifj özv ún pl',
  'npr Doç Yrd Öğr Gör örn bkz Sn',
  // Russian, Ukrainian, Bulgarian, Greek, Hindi, Hebrew, Vietnamese
  'т.е т.к т.н т.ч ул пр им проф акад доц см ср напр св гр тов инж обл пер пл т.нар π.χ κ κα δηλ Δρ αρ',
  'डॉ प्रो श्री TP PGS',
);

/** Numbers follow these: "p. 12", "Nr. 7", "Art. 3", "Jan. 5". Before anything else they end a sentence as usual. */
export const BEFORE_NUMBERS = words(
  'approx fig figs Fig Figs no nos No Nos vol vols Vol Vols p pp P sec Sec ch Ch chap Chap eq Eq eqn Eqn par Par',
  'Abb Nr nr Bd Bde ca S s Abs Art art Kap Aufl Tab tab Str str kl klo godz rozdz č obr odst pág págs pag pagg núm',
  'N.º n.º N° n° Nº nº № cap Cap ed v ver Ver rev tel Tel tlf Tlf est min max line Ln Ex',
  'д кв стр рис табл гл ст п пп σελ',
  'Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Okt Dez Mon Tue Tues Wed Thu Thurs Fri Sat Sun',
);

/** These end a sentence only if the next word is one of {@link STARTERS}. */
export const SOMETIMES_LAST = words(
  'Inc Ltd Co Corp Bros Cie LLC Jr Sr Esq Ave Av Blvd Rd Dept Univ Ft Pl Mag Me Arch Gent Comm ed Ed al gem doc',
  'Cap bv B.V N.V S.A S.p.A',
  'Mio Mrd Tsd ff Chr млн млрд тыс руб',
);

/** Spelled with full stops in it, such a sequence may still be a sentence's last word. */
export const TIMES_AND_DEGREES =
  /^(?:[ap]\.m|[AP]\.M|Ph\.D|M\.D|B\.Sc?|M\.Sc?|B\.C|A\.D|B\.C\.E|C\.E|p\.\s?m|a\.\s?m)$/;

/** Times go on with these. */
export const AFTER_TIMES =
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?(?!\p{L})|^(?:[ECMP][SD]?T|GMT|UTC|CES?T|Eastern|Central|Pacific)(?!\p{L})/u;

/** Names that are written with their mark. */
export const NAMES_WITH_MARKS = words('Yahoo Jeopardy Joomla Yum Wham Ahoy');

/** Words that begin sentences and hardly ever follow an abbreviation, an initial or an ordinal within one. */
export const STARTERS = words(
  // English
  'The This That These Those There Here He She It We They You I And But Or If In On At As By For From With When',
  'While What Who Where Why How Which Then Thus Also After Before Since Because Although Though However Moreover',
  'Therefore Meanwhile Nevertheless His Her Its Our Their My Your Not Yes Now Once Some Many Most Each Every All Any',
  'Both Such To Is Are Was Were Does Did Can Could Would Should Please Let Have Has Later Today Afterwards Else Well Were Whether No',
  // German
  'Der Die Das Dem Den Des Ein Eine Einen Einem Einer Er Sie Es Wir Ihr Ich Du Man Und Aber Oder Doch Denn Dann',
  'Danach Da Dort Hier Wenn Weil Als Ob Wie Wer Wo Warum Wann Im Am Auf Aus Bei Mit Nach Von Vor Zu Zum Zur Für',
  'Über Unter Um Durch Seit So Auch Nun Jetzt Heute Gestern Dies Diese Dieser Dieses Sein Seine Ihre Mein Meine',
  'Unser Kein Keine Nicht Ja Nein Alle Viele Einige Später Damals Außerdem Deshalb Trotzdem Seitdem Daraufhin',
  'Anschließend Zuvor Dabei Dafür Darum Dadurch Jedoch Allerdings Beide Jeder Jede Niemand Jemand',
  // Dutch, Danish, Norwegian, Swedish
  'De Het Een Hij Zij Ze Wij Ik En Maar Toen Daarna Det Han Hun Hon Vi Jeg Jag Og Och Men Så Da Derefter Sedan Efter',
  // French, Spanish, Portuguese, Italian
  'Le La Les Un Une Il Elle Ils Elles On Nous Vous Je Tu Ce Cette Ces Cela Et Mais Ou Donc Puis Alors Ensuite Dans',
  'Quand Comme El Los Las Él Ella Ellos Nosotros Yo Pero Entonces Luego Después Cuando Como Este Esta Eso Os As Um',
  'Uma Ele Ela Eles Eu Mas Então Depois Quando Lo Gli Lui Lei Loro Noi Ma Poi Allora Dopo È',
  // Polish, Czech, Finnish, Hungarian, Turkish
  'Ona Ono Oni Potem Wtedy Ale Pak Poté Potom Hän Se Ne Me Mutta Sitten Kun Az Majd Aztán Ez Bu Sonra Ama',
  // Russian, Ukrainian
  'Он Она Оно Они Мы Вы Я Ты И Но А Потом Затем В На Это Эта Этот Когда Если Він Вона Вони Але Потім Це',
);

/** Nouns that ordinals stand before, in languages that write these with a full stop and nouns with a capital. */
export const AFTER_ORDINALS =
  /^(?:Januar|Jänner|Februar|Feber|März|Mai|Juni|Juli|Oktober|Dezember|Jahrhunderts?|Jahrtausends?|Jh|Jhd|Weltkrieg\w*|Geburtstag\w*|Bundesliga|Liga|Lig|Dünya|Yüzyıl|F?FC|SC|SV|FK|HC|SK|TSV|FSV|BC)(?!\p{L})/u;

/** Months that English calls the same. */
export const SHARED_MONTHS = /^(?:April|August|September|November)(?!p{L})/;

/** German words before an ordinal, and those that a count or a year stands after as well. */
export const BEFORE_ORDINALS =
  /^(?:der|die|das|dem|den|des|am|im|vom|zum|zur|beim|ins|ans|eine?[nmrs]?|kein\w*|mein\w*|dein\w*|sein\w*|ihr\w*|unser\w*|eure?\w*|jede[nmrs]?|diese[nmrs]?|dessen|deren|alle\w*)$/i;
export const BEFORE_SHORT_ORDINALS = /^(?:und|bis|oder|ab|seit|nach|vor|zwischen|je|pro)$/i;

export const GERMAN =
  /(?<!\p{L})(?:der|die|das|dem|den|des|und|ist|war|im|vom|zum|zur|beim|ein|eine[nmrs]?|er|sie|wir|ich|nicht|mit|auf|für|von|sein|seine[nmrs]?|ihr|ihre[nmrs]?|wurde|hat|wird|nach|seit|bis|bei|aus|sich)(?!\p{L})/iu;
export const ENGLISH =
  /(?<!\p{L})(?:the|of|and|is|were|he|she|they|it|to|with|for|from|his|that|this|i)(?!\p{L})/iu;
