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
