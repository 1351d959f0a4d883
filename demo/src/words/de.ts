import { counted } from './counted.ts';
import type { Words } from './en.ts';

export const words: Words = {
  // ── frame ──
  frame: {
    title: 'Nearfield: Suche nach Bedeutung, im eigenen Browser',
    pages: 'Seiten',
    pageShown: (page) => `Seite ${page}.`,
    skipToContent: 'Zum Inhalt',
    skipToQuestion: 'Zur Frage',
    language: 'Sprache',
  },
  // ── names of pages, as short as a link wants them ──
  pages: {
    search: 'Suchen',
    teach: 'Anlernen',
    classify: 'Einordnen',
    read: 'Lesen',
    rerank: 'Umordnen',
    segment: 'Zerlegen',
    map: 'Karte',
    playground: 'Probieren',
    models: 'Modelle',
    benchmark: 'Messen',
    settings: 'Einstellungen',
  },
  // ── things that are counted ──
  counts: {
    passages: (count) => counted(count, { one: 'Textstelle', other: 'Textstellen' }),
    tokens: (count) => counted(count, { one: 'Token', other: 'Tokens' }),
    files: (count) => counted(count, { one: 'Datei', other: 'Dateien' }),
    threads: (count) => counted(count, { one: 'Thread', other: 'Threads' }),
    places: (count) => counted(count, { one: 'Platz', other: 'Plätze' }),
  },
  // ── buttons and notes that several pages have ──
  common: {
    cancel: 'Abbrechen',
    progress: 'Fortschritt',
  },
  // ── errors: what happened, and what to do ──
  problems: {},
  // ── parts that several pages have: fields of models, settings of the server, storage, progress ──
  elements: {
    here: 'in diesem Browser',
    atHost: (host) => `bei ${host}`,
    hereOrAt: (host) => `in diesem Browser oder bei ${host}`,
    answeredBy: (model, place) => `von ${model} ${place}`,
    answeredAt: (place) => `beantwortet ${place}`,
    inTime: 'in {time}',
  },
  // ── page Search ──
  search: {},
  // ── page Teach ──
  teach: {},
  // ── page Classify ──
  classify: {},
  // ── page Read ──
  read: {},
  // ── page Rerank ──
  rerank: {},
  // ── page Segment ──
  segment: {},
  // ── page Map ──
  map: {},
  // ── page Playground ──
  playground: {
    about:
      'Jeder Endpunkt als Formular, mit seiner Antwort und dem Code für genau diesen Aufruf. Es antwortet, wer oben gewählt ist: dieser Browser oder ein Server.',
    endpoints: 'Endpunkte',
    callsOf: (method) => `Aufrufe von ${method}`,
    views: 'Darstellungen der Anfrage',
    form: 'Formular',
    requestJson: 'Anfrage als JSON',
    required: 'erforderlich',
    moreFields: (count) => counted(count, { one: 'weiteres Feld', other: 'weitere Felder' }),
    noFields: 'Dieser Aufruf braucht keine Angaben.',
    unset: 'nicht gesetzt',
    unsetIs: (value) => `nicht gesetzt (${value})`,
    onePerLine: 'Je Zeile ein Eintrag',
    notJson: 'Das ist kein JSON-Objekt.',
    notJsonValue: 'Das ist kein JSON.',
    notHere: (reason, instead) =>
      `Läuft nicht im Browser: ${reason}${instead === undefined ? '' : ` Stattdessen: ${instead}.`}`,
    downloads: (size) => `Lädt zuerst ${size} herunter.`,
    missing: (name, place) => `${name} gibt es ${place} nicht.`,
    remoteHas: 'Oben Remote oder Auto wählen: api.jina.ai kann es oder ein eigener Server.',
    localHas: 'Oben Lokal wählen: Dieser Browser kann es.',
    hostedHas: 'api.jina.ai kann es.',
    samplesLabel: 'Beispiele:',
    samples: {
      meanings: 'Zwei Bedeutungen, vier Sätze',
      shorter: '64 Zahlen eines Vektors',
      compact: 'Ein Bit je Zahl',
      lateChunking: 'Late Chunking',
      perToken: 'Ein Vektor je Token',
      question: 'Eine Frage und Textstellen',
      firstThree: 'Die ersten drei',
      zeroShot: 'Klassen in Worten',
      groups: 'Zwei Gruppen von Klassen',
      trained: 'Angelernter Klassifikator',
      teach: 'Neuer Klassifikator',
      teachMore: 'Ein weiteres Beispiel',
      sections: 'Abschnitte von Markdown',
      tokens: 'Tokens',
      bySentence: 'Nach Sätzen',
      plain: 'Schlicht',
      job: 'Ein Auftrag mit vier Zeilen',
      html: 'HTML',
      passages: 'Textstellen, die antworten',
      address: 'Eine Adresse',
      web: 'Eine Websuche',
      statement: 'Eine Aussage',
      conversation: 'Eine Frage',
    },
    run: 'Ausführen',
    running: 'Läuft',
    answered: (name) => `${name} ist beantwortet.`,
    response: 'Antwort',
    noAnswer: 'Die Antwort ist leer.',
    numbers: (count) => counted(count, { one: 'Zahl', other: 'Zahlen' }),
    characters: (count) => counted(count, { one: 'Zeichen', other: 'Zeichen' }),
    more: (count) => `${counted(count, { one: 'weiterer Eintrag', other: 'weitere Einträge' })}…`,
    copyAll: 'Alles kopieren',
    copy: 'Kopieren',
    copied: 'Kopiert.',
    notCopied: 'Der Browser hat das Kopieren nicht erlaubt. Den Text markieren und von Hand kopieren.',
    download: 'Herunterladen',
    share: 'Per Link teilen',
    link: 'Link zu dieser Anfrage',
    linkHolds: 'Er enthält die Anfrage, wie sie hier steht, und keinen Schlüssel.',
    longLink: 'Er ist lang: Manche Programme schneiden ihn ab.',
    brokenLink: 'Die Anfrage dieses Links ist nicht lesbar. Bitte einen neuen geben lassen.',
    code: 'Code',
    languages: 'Sprachen',
    language: {
      request: 'Anfrage',
      local: 'Lokal',
      remote: 'Remote',
      curl: 'curl',
      python: 'Python',
      openai: 'openai',
    },
    oneLine: 'Lokal und Remote unterscheiden sich nur in der markierten Zeile.',
    install: 'Benötigt:',
    noCode: {
      'no-request': 'Kein Server hat einen solchen Endpunkt: Diesen Aufruf gibt es nur in diesem Browser.',
      'not-openai': 'OpenAIs API hat keinen solchen Endpunkt, oder ihr fehlt ein Feld dieser Anfrage.',
    },
    vectors: 'Vektoren',
    firstVectors: (count) => `Gezeigt werden die ersten ${count}.`,
    similarity: 'Wie nah sie einander sind, als Kosinus',
  },
  // ── page Models ──
  models: {},
  // ── page Benchmark ──
  benchmark: {},
  // ── page Settings ──
  settings: {},
  // ── the installed app: updates, files that are opened with it, working offline ──
  app: {},
};
