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
  map: {},
  // ── page Playground ──
  playground: {
    about:
      'Every endpoint as a form, with its answer and the code of this very call. It is answered by whoever is chosen above: this browser, or a server.',
    endpoints: 'Endpoints',
    callsOf: (method: string) => `Calls of ${method}`,
    views: 'Ways to edit the request',
    form: 'Form',
    requestJson: 'Request as JSON',
    required: 'required',
    moreFields: (count: number) => counted(count, { one: 'more field', other: 'more fields' }),
    noFields: 'This call takes nothing.',
    unset: 'not set',
    unsetIs: (value: string) => `not set (${value})`,
    onePerLine: 'One on each line',
    notJson: 'This is no JSON object.',
    notJsonValue: 'This is no JSON.',
    notHere: (reason: string, instead: string | undefined) =>
      `It does not run in a browser: ${reason}${instead === undefined ? '' : ` Instead: ${instead}.`}`,
    downloads: (size: string) => `Downloads ${size} first.`,
    missing: (name: string, place: string) => `There is no ${name} ${place}.`,
    remoteHas: 'Choose Remote or Auto above: api.jina.ai has it, or a server of your own.',
    localHas: 'Choose Local above: this browser has it.',
    hostedHas: 'api.jina.ai has it.',
    samplesLabel: 'Samples:',
    samples: {
      meanings: 'Two meanings, four sentences',
      shorter: '64 numbers of a vector',
      compact: 'One bit for each number',
      lateChunking: 'Late chunking',
      perToken: 'A vector for each token',
      question: 'A question and passages',
      firstThree: 'The first three',
      zeroShot: 'Labels in words',
      groups: 'Two groups of labels',
      trained: 'A trained classifier',
      teach: 'A new classifier',
      teachMore: 'One more example',
      sections: 'Sections of Markdown',
      tokens: 'Tokens',
      bySentence: 'By sentence',
      plain: 'Plain',
      job: 'A job of four lines',
      html: 'HTML',
      passages: 'Passages that answer',
      address: 'An address',
      web: 'A web search',
      statement: 'A statement',
      conversation: 'A question',
    },
    run: 'Run',
    running: 'Running',
    answered: (name: string) => `${name} is answered.`,
    response: 'Response',
    noAnswer: 'There is nothing in the answer.',
    numbers: (count: number) => counted(count, { one: 'number', other: 'numbers' }),
    characters: (count: number) => counted(count, { one: 'character', other: 'characters' }),
    more: (count: number) => `${counted(count, { one: 'more', other: 'more' })}…`,
    copyAll: 'Copy all',
    copy: 'Copy',
    copied: 'Copied.',
    notCopied: 'The browser did not allow copying. Select the text and copy it by hand.',
    download: 'Download',
    share: 'Share by link',
    link: 'Link to this request',
    linkHolds: 'It holds the request as it stands here, and no key.',
    longLink: 'It is long: some programs cut it.',
    brokenLink: 'The request of this link cannot be read. Ask for a new one.',
    code: 'Code',
    languages: 'Languages',
    language: {
      request: 'Request',
      local: 'Local',
      remote: 'Remote',
      curl: 'curl',
      python: 'Python',
      openai: 'openai',
    },
    oneLine: 'Local and Remote differ in the marked line alone.',
    install: 'Needs:',
    noCode: {
      'no-request': 'A server has no such endpoint: this call is for the engine of this browser alone.',
      'not-openai': 'OpenAI’s API has no such endpoint, or lacks a field of this request.',
    },
    vectors: 'Vectors',
    firstVectors: (count: number) => `The first ${count} are shown.`,
    similarity: 'How near they are to each other, as cosines',
  },
  // ── page Models ──
  models: {},
  // ── page Benchmark ──
  benchmark: {
    title: 'Measure here',
    about:
      'The embedded models, measured in this browser: the wait for one query, texts per second, documents ranked, and a start with the files stored. Nothing leaves this device.',
    device: 'Device',
    devices: { wasm: 'CPU (WebAssembly)', webgpu: 'GPU (WebGPU)' },
    softwareAdapter: 'The adapter of WebGPU computes on the CPU here: it would say nothing of a GPU.',
    noAdapter: 'This browser has no adapter for WebGPU.',
    length: 'Length',
    lengths: { short: 'short: half a minute', long: 'long: a few minutes' },
    load: 'Whatever else runs on this machine slows it down: other tabs, updates, a battery that is saved. Close what can be closed, and measure twice.',
    run: 'Measure',
    preparing: 'Preparing',
    steps: 'Steps of the measurement',
    finished: 'The measurement is finished.',
    measures: {
      query: 'Single queries',
      mixed: 'Texts of mixed length',
      uniform: 'Texts of one length',
      rerank: 'Ranking documents',
      start: 'Starting the engine',
    },
    machine: 'This machine',
    browser: 'Browser',
    cores: 'Cores',
    memory: 'Memory',
    atLeast: (size: string) => `${size} or more`,
    isolation: 'Isolation',
    isolated: 'isolated: several threads',
    notIsolated: 'not isolated: one thread',
    threads: 'Threads',
    adapter: 'WebGPU',
    inSoftware: 'in software',
    none: 'none',
    figures: 'Figures',
    what: 'What',
    median: 'Median and spread',
    speed: 'Speed',
    against: 'Against the published machine',
    peers: 'Others there, for the same work',
    rows: {
      query: (_: number) => 'One query',
      mixed: (items: number) =>
        counted(items, { one: 'text of mixed length', other: 'texts of mixed length' }),
      uniform: (items: number) => counted(items, { one: 'text of 40 words', other: 'texts of 40 words' }),
      rerank: (items: number) => counted(items, { one: 'document ranked', other: 'documents ranked' }),
      start: (_: number) => 'Warm start to the first vector',
    },
    rounds: (count: number) => counted(count, { one: 'round', other: 'rounds' }),
    perSecond: (value: string) => `${value} per second`,
    times: (value: string) => `${value} times as fast`,
    peer: (name: string, value: string) => `${name}: ${value} times as long`,
    compared:
      'The published machine has two cores and had other work, too: the fourth column compares machines, not libraries. The last one is of one run there, side by side; it does not change with this machine. A cold start is not measured: it would delete the stored models.',
    copyMarkdown: 'Copy as Markdown',
    copyJson: 'Copy as JSON',
    downloadJson: 'Download JSON',
    share: 'Share',
  },
  // ── page Settings ──
  settings: {},
  // ── the installed app: updates, files that are opened with it, working offline ──
  app: {},
};

/** What a language has to have. */
export type Words = typeof words;
