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
  playground: {},
  // ── page Models ──
  models: {},
  // ── page Benchmark ──
  benchmark: {},
  // ── page Settings ──
  settings: {},
  // ── the installed app: updates, files that are opened with it, working offline ──
  app: {
    version: 'Version',
    newVersion: 'Eine neue Version ist da. Mit ihr lädt diese Seite neu; Texte und Modelle bleiben.',
    newVersionElsewhere:
      'In einem anderen Tab läuft eine neue Version. Diese Seite behält die alte, bis sie neu geladen wird.',
    useNow: 'Jetzt verwenden',
    reload: 'Neu laden',
    later: 'Später',
    worksOffline: 'Nearfield funktioniert jetzt auch ohne Netz.',
    installation: 'Installation',
    installWhy:
      'Als App hat Nearfield ein eigenes Fenster, öffnet Dateien und nimmt an, was andere Apps mit ihr teilen.',
    installByHand: 'Nearfield installieren: das Teilen-Menü öffnen, dann „Zum Home-Bildschirm“.',
    install: 'Installieren',
    noInstall: 'Nicht mehr anbieten',
  },
};
