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
  map: {
    title: 'Karte',
    about:
      'Texte gleicher Bedeutung liegen beieinander. Aus jedem Text wird ein Vektor, aus den Vektoren eine Karte: zuerst durch Hauptkomponenten, dann durch UMAP. Alles geschieht in dieser Seite.',
    texts: 'Texte',
    textsAndModel: 'Texte und Modell',
    textsHint:
      'Einer je Zeile, oder eine Tabelle (CSV) mit einer Spalte „text“ und, wenn gewünscht, „label“.',
    files: 'Dateien (CSV, Text, Markdown, HTML)',
    filesHint: 'Oder irgendwo auf dieser Seite ablegen.',
    model: 'Modell',
    mapTexts: 'Karte dieser Texte',
    mapSample: 'Karte der Beispieltexte',
    mapSearch: (count) =>
      `Karte der Texte aus „Suchen“ (${counted(count, { one: 'Textstelle', other: 'Textstellen' })})`,
    fewTexts: 'Eine Karte braucht mindestens zwei verschiedene Texte.',
    embedding: 'Vektoren berechnen',
    making: {
      neighbours: 'Vektoren vergleichen',
      layout: 'Mit UMAP anordnen',
      quality: 'Güte messen',
    },
    stop: 'Anhalten',
    stopped: 'Die Karte wurde angehalten; was da ist, bleibt.',
    pcaShown: (count) =>
      `${counted(count, { one: 'Text ist', other: 'Texte sind' })} auf der Karte, nach Hauptkomponenten.`,
    umapShown: 'UMAP ist fertig.',
    texted: (count) => counted(count, { one: 'Text', other: 'Texte' }),
    by: 'von {by}',
    took: 'Vektoren in {time}',
    allKept: 'alle Vektoren waren schon da',
    someKept: (count) => `${counted(count, { one: 'Vektor war', other: 'Vektoren waren' })} schon da`,
    space: 'Vektorraum {space}',
    leftOut: (count, most) =>
      `${counted(count, { one: 'Text blieb', other: 'Texte blieben' })} weg: Eine Karte fasst höchstens ${counted(most, { other: 'Texte' })}.`,
    projection: 'Projektion',
    pca: 'PCA',
    umap: 'UMAP',
    colourBy: 'Farbe nach',
    label: 'Label',
    group: 'Gruppe',
    groupCount: 'Gruppen',
    pointer: 'Zeiger',
    move: 'Bewegen',
    lasso: 'Lasso',
    question: 'Nach Bedeutung finden',
    questionHint: 'Eine Frage, eine Wendung, ein Wort',
    find: 'Finden',
    noQuestion: 'Eingeben, was gesucht wird.',
    stopFinding: 'Leeren',
    foundTitle: 'Am nächsten zu „{question}“',
    foundHint:
      'Nach dem Kosinus der ursprünglichen Vektoren. Der Stern hat keinen eigenen Ort: Er steht inmitten der nächsten Texte.',
    foundSaid: (count, first) =>
      `${counted(count, { one: 'Text', other: 'Texte' })} gefunden. Der nächste: ${first}`,
    canvasLabel: (count) => `Karte von ${counted(count, { one: 'Text', other: 'Texten' })}`,
    keys: 'Pfeiltasten gehen zum nächsten Text in einer Richtung, Eingabe wählt ihn aus, Plus und Minus vergrößern und verkleinern, 0 zeigt alles. Mit dem Zeiger wählt ein Klick bei gedrückter Umschalttaste aus. Die Liste daneben enthält dieselben Texte.',
    zoomIn: 'Vergrößern',
    zoomOut: 'Verkleinern',
    showAll: 'Die ganze Karte zeigen',
    legend: 'Bedeutung der Zeichen',
    legendHint: 'Ein Druck wählt die Texte aus.',
    noLabel: 'ohne Label',
    noName: 'ohne kennzeichnende Wörter',
    moreMarks: (count) => `und ${counted(count, { one: 'weiteres', other: 'weitere' })}`,
    groupsHint:
      'Gruppen entstehen aus den ursprünglichen Vektoren (sphärisches k-Means) und heißen nach ihren kennzeichnendsten Wörtern (klassenbasiertes TF-IDF).',
    list: 'Texte der Karte',
    filter: 'Wörter der Texte',
    selectFiltered: (count) => `${counted(count, { one: 'Text', other: 'Texte' })} auswählen`,
    selected: (count) => `${counted(count, { one: 'Text', other: 'Texte' })} ausgewählt`,
    selectedSaid: (count) => `${counted(count, { one: 'Text', other: 'Texte' })} ausgewählt.`,
    clearSelection: 'Auswahl aufheben',
    more: (count) => `und ${counted(count, { one: 'weiterer Text', other: 'weitere Texte' })}`,
    nothingFits: 'Kein Text hat diese Wörter.',
    exportCsv: 'Als CSV speichern',
    exportJson: 'Als JSON speichern',
    exportHint: 'Texte mit Label, Gruppe und Ort: die Auswahl, ohne Auswahl alle.',
    saved: (name) => `${name} liegt bei den heruntergeladenen Dateien.`,
    current: 'Gewählter Text',
    nearTitle: 'Am nächsten nach den ursprünglichen Vektoren',
    nearHint: 'Kosinus der Vektoren, nicht Abstand auf der Karte.',
    nearPending: 'Bekannt, sobald die Vektoren verglichen sind.',
    select: 'Auswählen',
    unselect: 'Abwählen',
    close: 'Schließen',
    quality: 'Güte der Projektion',
    trust: 'Vertrauenswürdigkeit {pca} (PCA), {umap} (UMAP)',
    trustPcaOnly: 'Vertrauenswürdigkeit {pca} (PCA)',
    trustHint: (neighbours, points) =>
      `1, wenn ${counted(neighbours, { one: 'nächster Text', other: 'nächste Texte' })} auf der Karte auch nach den Vektoren die nächsten sind (Venna & Kaski, 2001), gemessen an ${counted(points, { one: 'Text', other: 'Texten' })}.`,
    explained: 'Die beiden Hauptkomponenten tragen {share} der Varianz.',
    illustration: 'Abstände auf einer Karte in zwei Dimensionen sind ein Bild: Nur Nähe bedeutet etwas.',
  },
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
