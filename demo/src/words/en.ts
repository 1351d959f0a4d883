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
  search: {
    sideColumn: 'Texts, model and storage',
    answeredSoon: 'Your question is answered as soon as the first passages are indexed.',
    indexFirst: 'Index the passages first, then they can answer.',
    texts: (count: number) => counted(count, { one: 'text', other: 'texts' }),
    question: {
      label: 'Ask in plain words',
      placeholder: 'Why does it smell so good after rain?',
      shortcut: 'Press / to search',
      clear: 'Clear the question',
    },
    answers: {
      title: 'Nearest passages',
      why: 'Why these?',
      by: (by: string) => `by ${by}`,
      embedded: (tokens: string) => `${tokens} embedded in {time}`,
      compared: (passages: string) => `${passages} compared in {time}`,
      agreement: 'Agreement in meaning and in words; the bar compares with the best passage',
      score: 'Score',
      found: (passages: string) => `${passages} found.`,
    },
    reason: {
      hardly: 'It is near in meaning, but not by much.',
      meaningAlone: 'Found by its meaning alone: it shares no word with your question.',
      both: (meaning: string, keywords: string, matched: string) =>
        `Meaning ${meaning}, words ${keywords}: ${matched}.`,
    },
    indexing: {
      canBeSearched: (passages: string) => `${passages} can be searched`,
      label: 'Indexing',
      hide: 'Hide',
      done: (done: string, passages: string) => `Indexing ${done} of ${passages}`,
      speed: (passages: string, tokens: string) => `${passages} passages/s · ${tokens} tokens/s`,
      noPassage: 'The texts hold no passage.',
      missing: (missing: string, passages: string) => `${missing} of ${passages}`,
      notAtServer: (missing: number, model: string) =>
        `{missing} ${missing === 1 ? 'is' : 'are'} not indexed with ${model} at the server yet. Vectors of this browser are not mixed with its own.`,
      notInBrowser: (missing: number, model: string) =>
        `{missing} ${missing === 1 ? 'is' : 'are'} not indexed with ${model} in this browser yet.`,
      continue: 'Continue',
      start: 'Index',
      stopped: 'Indexing was stopped.',
      reached: (share: string) => `${share} indexed.`,
      indexed: (passages: string) => `${passages} indexed.`,
    },
    collection: {
      title: 'Texts',
      none: 'None yet. Drop .txt, .md, .html or .pdf files anywhere on this page.',
      remove: (name: string) => `Remove ${name}`,
      removed: (name: string) => `${name} is removed.`,
      save: 'Save as a file',
      load: 'Load from a file…',
      file: 'Exported index',
      fileName: 'texts',
      came: (texts: string, file: string) => `${texts} came with ${file}.`,
      someIndexed: (indexed: string, total: number) =>
        `${indexed} of ${counted(total, { one: 'passage is', other: 'passages are' })} indexed.`,
      onlyIndexed: 'The only passage is indexed.',
      allIndexed: (total: string) => `All ${total} passages are indexed.`,
      speed: (tokens: string) => `${tokens} a second.`,
    },
    examples: {
      title: 'Try one of these',
      hint: 'None shares a content word with the passage that answers it.',
    },
    firstSteps: {
      title: 'Search your own texts by meaning',
      text: 'Add some text, then ask a question in your own words: the passages that answer it come first, even if they share no word with it.',
      someLeaves: (server: string) => `only what this browser cannot do is sent to ${server}`,
      nothingLeaves: 'your texts never leave this page',
      sent: (server: string) => `Texts and questions are sent to ${server}; your key pays for the tokens.`,
      kept: (leaves: string) =>
        `The model is already kept in this browser: nothing is downloaded, and ${leaves}.`,
      model: 'a model',
      modelOf: (size: string) => `a model of ${size}`,
      thisSite: 'this site',
      download: (model: string, runtime: number, from: string, leaves: string) =>
        `The first time, ${model} (plus a runtime of ${runtime} MB) is downloaded from ${from}; it is kept in this browser’s IndexedDB until you delete it, and ${leaves}.`,
    },
    sources: {
      trySample: 'Try the sample passages',
      sample: 'Sample passages',
      files: 'Choose files…',
      paste: 'Paste text…',
      fileLabel: 'Text files',
    },
    model: {
      title: 'Model',
      vectors: 'Vectors',
      dimensions: (count: string) => `${count} dimensions`,
      context: 'Context',
      precision: 'Precision',
      licence: 'Licence',
      loadedIn: 'Loaded in',
      notLoaded: 'Loaded when the first text is indexed.',
      atServer: 'Runs at the server; nothing is downloaded.',
      auto: 'Auto keeps to the index of this browser. A server answers for it only with vectors of the same space; they are never mixed with others.',
    },
    pasting: {
      title: 'Paste text',
      name: 'Name',
      defaultName: 'Pasted text',
      text: 'Text',
      empty: 'There is no text yet. Paste or type some.',
      hint: 'An empty line starts a new passage; long paragraphs are cut between sentences. Markdown headings are read.',
      add: 'Add text',
    },
    leftOut: {
      one: 'A text was left out',
      several: (texts: string) => `${texts} were left out`,
      these: 'These could not be added:',
      othersAdded: 'The others were added.',
      chooseOthers: 'Choose .txt, .md, .html or .pdf files with text in them.',
      noText: (name: string) => `${name} holds no text.`,
      same: (name: string) => `${name} is here already.`,
      sameAs: (name: string, other: string) => `${name} is here already, as ${other}.`,
      tooLong: (name: string, megabytes: string) =>
        `${name} is longer than ${megabytes} MB. Cut it into smaller files.`,
      empty: (name: string) => `${name} is empty.`,
      foreign: (name: string, kind: string) => `${name} is ${kind}, not a text file. Save it as text first.`,
      binary: (name: string) => `${name} is not a text file. Choose .txt, .md, .html or .pdf files.`,
      damagedPdf: (name: string) => `${name} is a PDF that cannot be read: it is damaged, or locked.`,
      gone: (name: string) => `${name} cannot be read: it is a folder, or not there any more.`,
    },
    kinds: {
      rtf: 'an RTF document',
      archive: 'an archive or office document',
      oldOffice: 'an old office document',
      gzip: 'a gzip archive',
      sevenZip: 'a 7z archive',
      postScript: 'a PostScript document',
      picture: 'a picture',
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

/** What a language has to have. */
export type Words = typeof words;
