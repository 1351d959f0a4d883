import { counted } from './counted.ts';

/**
 * Every text of the interface, in English, by the part of the app that shows it. Another language is one file beside
 * this one that exports `words` of the same shape. `{name}` stands for a part that the page puts in.
 */
export const words = {
  // ── frame ──
  frame: {
    title: 'Nearfield: search by meaning, inside your browser',
    pages: 'Pages',
    pageShown: (page: string) => `${page} page.`,
    skipToContent: 'Skip to the content',
    skipToQuestion: 'Skip to the question',
    language: 'Language',
  },
  // ── names of pages, as short as a link wants them ──
  pages: {
    search: 'Search',
    teach: 'Teach',
    classify: 'Classify',
    read: 'Read',
    rerank: 'Rerank',
    segment: 'Segment',
    map: 'Map',
    playground: 'Playground',
    models: 'Models',
    benchmark: 'Benchmark',
    settings: 'Settings',
  },
  // ── things that are counted ──
  counts: {
    passages: (count: number) => counted(count, { one: 'passage', other: 'passages' }),
    tokens: (count: number) => counted(count, { one: 'token', other: 'tokens' }),
    files: (count: number) => counted(count, { one: 'file', other: 'files' }),
    threads: (count: number) => counted(count, { one: 'thread', other: 'threads' }),
    places: (count: number) => counted(count, { one: 'place', other: 'places' }),
  },
  // ── buttons and notes that several pages have ──
  common: {
    cancel: 'Cancel',
    progress: 'Progress',
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
    newVersion: 'A new version is ready. This page is loaded anew with it; texts and models are kept.',
    newVersionElsewhere:
      'A new version is in use in another tab. This page goes on with the old one until it is loaded anew.',
    useNow: 'Use it now',
    reload: 'Reload',
    later: 'Later',
    worksOffline: 'Nearfield now works without a network, too.',
    installation: 'Installation',
    installWhy: 'As an app, Nearfield has a window of its own, opens files, and takes what other apps share.',
    installByHand: 'To install Nearfield: open the Share menu, then “Add to Home Screen”.',
    install: 'Install',
    noInstall: 'Do not offer again',
  },
};

/** What a language has to have. */
export type Words = typeof words;
