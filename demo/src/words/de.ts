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
  elements: {},
  // ── page Search ──
  search: {
    sideColumn: 'Texte, Modell und Speicher',
    answeredSoon: 'Die Frage wird beantwortet, sobald die ersten Textstellen indiziert sind.',
    indexFirst: 'Erst die Textstellen indizieren, dann können sie antworten.',
    texts: (count) => counted(count, { one: 'Text', other: 'Texte' }),
    question: {
      label: 'In eigenen Worten fragen',
      placeholder: 'Warum riecht es nach Regen so gut?',
      shortcut: '/ drücken, um zu suchen',
      clear: 'Frage löschen',
    },
    answers: {
      title: 'Nächstliegende Textstellen',
      why: 'Warum diese?',
      by: (by) => `von ${by}`,
      embedded: (tokens) => `${tokens} eingebettet in {time}`,
      compared: (passages) => `${passages} verglichen in {time}`,
      agreement: 'Übereinstimmung in Bedeutung und Wörtern; der Balken vergleicht mit der besten Textstelle',
      score: 'Wertung',
      found: (passages) => `${passages} gefunden.`,
    },
    reason: {
      hardly: 'In der Bedeutung nah, aber nicht sehr.',
      meaningAlone: 'Allein über die Bedeutung gefunden: kein Wort der Frage kommt vor.',
      both: (meaning, keywords, matched) => `Bedeutung ${meaning}, Wörter ${keywords}: ${matched}.`,
    },
    indexing: {
      canBeSearched: (passages) => `${passages} durchsuchbar`,
      label: 'Indizierung',
      hide: 'Ausblenden',
      done: (done, passages) => `${done} von ${passages} indiziert`,
      speed: (passages, tokens) => `${passages} Textstellen/s · ${tokens} Tokens/s`,
      noPassage: 'Die Texte enthalten keine Textstelle.',
      missing: (missing, passages) => `${missing} von ${passages}`,
      notAtServer: (missing, model) =>
        `{missing} ${missing === 1 ? 'ist' : 'sind'} beim Server noch nicht mit ${model} indiziert. Vektoren dieses Browsers werden nicht mit seinen vermischt.`,
      notInBrowser: (missing, model) =>
        `{missing} ${missing === 1 ? 'ist' : 'sind'} in diesem Browser noch nicht mit ${model} indiziert.`,
      continue: 'Fortsetzen',
      start: 'Indizieren',
      stopped: 'Die Indizierung wurde angehalten.',
      reached: (share) => `${share} indiziert.`,
      indexed: (passages) => `${passages} indiziert.`,
    },
    collection: {
      title: 'Texte',
      none: 'Noch keine. Dateien der Arten .txt, .md, .html oder .pdf lassen sich überall auf dieser Seite ablegen.',
      remove: (name) => `${name} entfernen`,
      removed: (name) => `${name} ist entfernt.`,
      save: 'Als Datei speichern',
      load: 'Aus Datei laden…',
      file: 'Gespeicherter Index',
      fileName: 'Texte',
      came: (texts, file) => `${texts} aus ${file} geladen.`,
      someIndexed: (indexed, total) =>
        `${indexed} von ${counted(total, { one: 'Textstelle', other: 'Textstellen' })} indiziert.`,
      onlyIndexed: 'Die einzige Textstelle ist indiziert.',
      allIndexed: (total) => `Alle ${total} Textstellen sind indiziert.`,
      speed: (tokens) => `${tokens} je Sekunde.`,
    },
    examples: {
      title: 'Zum Ausprobieren',
      hint: 'Keine teilt ein sinntragendes Wort mit der Textstelle, die sie beantwortet.',
    },
    firstSteps: {
      title: 'Eigene Texte nach ihrer Bedeutung durchsuchen',
      text: 'Text hinzufügen und in eigenen Worten fragen: Die Textstellen, die antworten, stehen oben, auch wenn sie kein Wort mit der Frage teilen.',
      someLeaves: (server) => `nur was dieser Browser nicht kann, geht an ${server}`,
      nothingLeaves: 'die Texte verlassen diese Seite nie',
      sent: (server) => `Texte und Fragen gehen an ${server}; die Tokens zahlt der eigene Schlüssel.`,
      kept: (leaves) =>
        `Das Modell liegt schon in diesem Browser: Nichts wird heruntergeladen, und ${leaves}.`,
      model: 'ein Modell',
      modelOf: (size) => `ein Modell von ${size}`,
      thisSite: 'dieser Website',
      download: (model, runtime, from, leaves) =>
        `Beim ersten Mal wird ${model} (dazu eine Laufzeitumgebung von ${runtime} MB) von ${from} heruntergeladen; es bleibt in der IndexedDB dieses Browsers, bis es gelöscht wird, und ${leaves}.`,
    },
    sources: {
      trySample: 'Beispieltexte ausprobieren',
      sample: 'Beispieltexte',
      files: 'Dateien wählen…',
      paste: 'Text einfügen…',
      fileLabel: 'Textdateien',
    },
    model: {
      title: 'Modell',
      vectors: 'Vektoren',
      dimensions: (count) => `${count} Dimensionen`,
      context: 'Kontext',
      precision: 'Genauigkeit',
      licence: 'Lizenz',
      loadedIn: 'Geladen in',
      notLoaded: 'Wird geladen, wenn der erste Text indiziert wird.',
      atServer: 'Läuft beim Server; nichts wird heruntergeladen.',
      auto: '„Auto“ bleibt beim Index dieses Browsers. Ein Server antwortet für ihn nur mit Vektoren desselben Raums; mit anderen werden sie nie vermischt.',
    },
    pasting: {
      title: 'Text einfügen',
      name: 'Name',
      defaultName: 'Eingefügter Text',
      text: 'Text',
      empty: 'Noch kein Text. Einfügen oder eintippen.',
      hint: 'Eine leere Zeile beginnt eine neue Textstelle; lange Absätze werden zwischen Sätzen geteilt. Überschriften in Markdown werden erkannt.',
      add: 'Text hinzufügen',
    },
    leftOut: {
      one: 'Ein Text wurde ausgelassen',
      several: (texts) => `${texts} wurden ausgelassen`,
      these: 'Diese ließen sich nicht hinzufügen:',
      othersAdded: 'Die anderen wurden hinzugefügt.',
      chooseOthers: 'Dateien der Arten .txt, .md, .html oder .pdf wählen, in denen Text steht.',
      noText: (name) => `${name} enthält keinen Text.`,
      same: (name) => `${name} ist schon da.`,
      sameAs: (name, other) => `${name} ist schon da, als ${other}.`,
      tooLong: (name, megabytes) => `${name} ist länger als ${megabytes} MB. In kleinere Dateien teilen.`,
      empty: (name) => `${name} ist leer.`,
      foreign: (name, kind) => `${name} ist ${kind}, keine Textdatei. Erst als Text speichern.`,
      binary: (name) => `${name} ist keine Textdatei. Dateien der Arten .txt, .md, .html oder .pdf wählen.`,
      damagedPdf: (name) => `${name} ist ein PDF, das sich nicht lesen lässt: beschädigt oder gesperrt.`,
      gone: (name) => `${name} lässt sich nicht lesen: ein Ordner, oder nicht mehr da.`,
    },
    kinds: {
      rtf: 'ein RTF-Dokument',
      archive: 'ein Archiv oder Office-Dokument',
      oldOffice: 'ein altes Office-Dokument',
      gzip: 'ein gzip-Archiv',
      sevenZip: 'ein 7z-Archiv',
      postScript: 'ein PostScript-Dokument',
      picture: 'ein Bild',
    },
  },
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
  playground: {},
  // ── page Models ──
  models: {},
  // ── page Benchmark ──
  benchmark: {},
  // ── page Settings ──
  settings: {},
  // ── the installed app: updates, files that are opened with it, working offline ──
  app: {},
};
