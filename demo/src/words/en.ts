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
  elements: {
    here: 'in this browser',
    atHost: (host: string) => `at ${host}`,
    hereOrAt: (host: string) => `in this browser or at ${host}`,
    answeredBy: (model: string, place: string) => `by ${model} ${place}`,
    answeredAt: (place: string) => `answered ${place}`,
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
    title: 'Map',
    about:
      'Texts that mean the same lie together. Each text becomes a vector, and a map of the vectors is drawn: first by principal components, then by UMAP. It all happens in this page.',
    texts: 'Texts',
    textsAndModel: 'Texts and model',
    textsHint: 'One on each line, or a table (CSV) with a column “text” and, if you like, “label”.',
    files: 'Files (CSV, text, Markdown, HTML)',
    filesHint: 'Or drop them anywhere on this page.',
    model: 'Model',
    mapTexts: 'Map these texts',
    mapSample: 'Map the sample passages',
    mapSearch: (count: number) =>
      `Map what Search holds (${counted(count, { one: 'passage', other: 'passages' })})`,
    fewTexts: 'A map needs at least two different texts.',
    embedding: 'Embedding',
    making: {
      neighbours: 'Comparing the vectors',
      layout: 'Laying out with UMAP',
      quality: 'Measuring the quality',
    },
    stop: 'Stop',
    stopped: 'The map was stopped; what is there stays.',
    pcaShown: (count: number) =>
      `${counted(count, { one: 'text is', other: 'texts are' })} on the map, by principal components.`,
    umapShown: 'UMAP is done.',
    texted: (count: number) => counted(count, { one: 'text', other: 'texts' }),
    by: 'by {by}',
    took: 'embedded in {time}',
    allKept: 'all vectors were kept from before',
    someKept: (count: number) => `${counted(count, { one: 'vector', other: 'vectors' })} kept from before`,
    space: 'space {space}',
    leftOut: (count: number, most: number) =>
      `${counted(count, { one: 'text was', other: 'texts were' })} left out: a map holds ${counted(most, { other: 'texts' })} at most.`,
    projection: 'Projection',
    pca: 'PCA',
    umap: 'UMAP',
    colourBy: 'Colour by',
    label: 'Label',
    group: 'Group',
    groupCount: 'Groups',
    pointer: 'Pointer',
    move: 'Move',
    lasso: 'Lasso',
    question: 'Find by meaning',
    questionHint: 'A question, a phrase, a word',
    find: 'Find',
    noQuestion: 'Type what to look for.',
    stopFinding: 'Clear',
    foundTitle: 'Nearest to “{question}”',
    foundHint:
      'By the cosine of the original vectors. The star has no place of its own: it is drawn amid the texts that are nearest.',
    foundSaid: (count: number, first: string) =>
      `${counted(count, { one: 'text', other: 'texts' })} found. The nearest: ${first}`,
    canvasLabel: (count: number) => `Map of ${counted(count, { one: 'text', other: 'texts' })}`,
    keys: 'Arrow keys go to the nearest text in a direction, Enter selects it, plus and minus zoom, 0 shows all. Shift and a click select with the pointer. The list beside it holds the same texts.',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    showAll: 'Show the whole map',
    legend: 'What the marks mean',
    legendHint: 'Press one to select its texts.',
    noLabel: 'without a label',
    noName: 'without typical words',
    moreMarks: (count: number) => `and ${counted(count, { one: 'more', other: 'more' })}`,
    groupsHint:
      'Groups are found by the original vectors (spherical k-means) and named by their most typical words (class-based TF-IDF).',
    list: 'Texts on the map',
    filter: 'Words in the texts',
    selectFiltered: (count: number) => `Select ${counted(count, { one: 'text', other: 'texts' })}`,
    selected: (count: number) => `${counted(count, { one: 'text', other: 'texts' })} selected`,
    selectedSaid: (count: number) => `${counted(count, { one: 'text', other: 'texts' })} selected.`,
    clearSelection: 'Clear the selection',
    more: (count: number) => `and ${counted(count, { one: 'more text', other: 'more texts' })}`,
    nothingFits: 'No text has these words.',
    exportCsv: 'Save as CSV',
    exportJson: 'Save as JSON',
    exportHint: 'Texts with label, group and place; the selection, or all without one.',
    saved: (name: string) => `${name} is saved among your downloads.`,
    current: 'Chosen text',
    nearTitle: 'Nearest by the original vectors',
    nearHint: 'Cosines of the vectors, not distances on the map.',
    nearPending: 'Known as soon as the vectors are compared.',
    select: 'Select',
    unselect: 'Unselect',
    close: 'Close',
    quality: 'Quality of the projection',
    trust: 'Trustworthiness {pca} (PCA), {umap} (UMAP)',
    trustPcaOnly: 'Trustworthiness {pca} (PCA)',
    trustHint: (neighbours: number, points: number) =>
      `1 where the ${counted(neighbours, { one: 'nearest text', other: 'nearest texts' })} on the map are also the nearest by their vectors (Venna & Kaski, 2001), measured at ${counted(points, { one: 'text', other: 'texts' })}.`,
    explained: 'The two principal components hold {share} of the variance.',
    illustration: 'Distances on a map of two dimensions are a picture: only near things mean something.',
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

/** What a language has to have. */
export type Words = typeof words;
