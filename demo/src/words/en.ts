import { formatCount } from '../shell/format.ts';
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
    languageChanged: (language: string) => `The language is ${language} now.`,
    about: 'About this page',
    theme: 'Theme',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    useTheme: { light: 'Use the light theme', dark: 'Use the dark theme' },
    modes: 'Where the model runs',
    mode: { local: 'Local', remote: 'Remote', auto: 'Auto' },
    modeHint: {
      local: 'Computed inside this page',
      remote: 'Computed by api.jina.ai or another server',
      auto: 'Computed inside this page, by the server where that fails',
    },
    modeChanged: (mode: string, place: string) => `${mode}: computed ${place}.`,
    computedBy: 'Computed by:',
    checking: 'Checking…',
    findingOut: 'Finding out what this browser can do…',
    cpu: 'CPU',
    reach: {
      unknown: 'It was not asked yet.',
      answered: 'It answered.',
      refused: 'It did not accept the API key, or wants one.',
      closed: 'It is not open to this page.',
      failed: 'It could not be reached.',
    },
    sentTo: 'Texts and questions are sent to {server}.',
    autoSends: 'What this browser does not answer is sent to {server}.',
    autoKeeps: 'Without an API key, this browser alone answers: nothing leaves it.',
    device: 'Device',
    adapter: 'Adapter',
    float16: 'computes in float16',
    noFloat16: 'without float16',
    threads: 'Threads',
    precision: 'Precision',
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
  problems: {
    dismiss: (title: string) => `Dismiss: ${title}`,
    retry: 'Try again',
    waitAsked: (seconds: number) => `The server asks to wait ${formatCount(seconds)} s.`,
    offline: 'This device is offline, and that part of the page was not fetched before.',
    siteSilent: 'The site did not answer when that part of the page was asked for.',
    thisPage: 'this page',
    originOf: (origin: string) => `the origin ${origin}`,
    /** Titles, and what to do. `{host}` is the server's, `{page}` stands for the page as the server names it. */
    says: {
      unexpected: {
        title: 'Something unexpected happened',
        advice: 'Reload the page and try again. If it happens again, please report it.',
      },
      failed: { title: 'The request failed', advice: 'Try again.' },
      engineStopped: {
        title: 'The engine stopped',
        advice:
          'Try again; it starts anew. If it keeps stopping, reload the page or choose the CPU in Settings.',
      },
      tooMany: {
        title: 'Too many requests',
        advice: 'Wait a moment and try again, or send less at a time.',
      },
      notLoaded: {
        title: 'A part of the page could not be loaded',
        advice: 'Check your connection and try again. What you typed and what is stored stays as it is.',
      },
      notFound: {
        title: 'That is not there any more',
        advice: 'Look at the list again: it may have been deleted elsewhere.',
      },
      busy: {
        title: 'Something else is changing this just now',
        advice: 'Wait until it is done, perhaps in another tab, and try again.',
      },
      labels: { title: 'The labels do not fit', advice: 'Give examples of at least two labels.' },
      tooManyLabels: { title: 'There are too many labels', advice: 'Remove some and try again.' },
      tooLong: {
        title: 'The text is too long for this model',
        advice: 'Shorten it, or choose a model with a longer context.',
      },
      unfit: { title: 'The request does not fit', advice: 'Change what is named above and try again.' },
      spaces: {
        title: 'Vectors of two places are not mixed',
        advice:
          'Try again once the place that indexed the texts can answer, or switch to Remote and index them there: each keeps an index of its own.',
      },
      notPossible: { title: 'This is not possible here', advice: 'Choose another model or the other mode.' },
      nothingToIndex: {
        title: 'There is no text to index',
        advice: 'Add the sample passages, a .txt or .md file with text in it, or paste some.',
      },
      noSuchModel: { title: 'There is no such model here', advice: 'Choose another model.' },
      notInBrowser: {
        title: 'This model cannot run in the browser',
        advice: 'Choose another model, or switch to Remote.',
      },
      noDevice: {
        title: 'This browser has no such device',
        advice: 'Choose another device in Settings, or use a browser with WebGPU. The CPU works everywhere.',
      },
      noMemory: {
        title: 'There is not enough memory',
        advice: 'Close other tabs and try again, or switch to Remote.',
      },
      noRoom: {
        title: 'The browser has no room for the model',
        advice: 'Delete models under Storage or free some disk space, then try again.',
      },
      storage: {
        title: 'The browser’s storage cannot be used',
        advice:
          'Reload the page and try again. If it stays like this, clear this site’s data in the browser’s settings: models are then downloaded anew.',
      },
      damaged: {
        title: 'Something stored here is damaged',
        advice: 'Delete what is named above, or make it anew. Everything else is as it was.',
      },
      download: {
        title: 'The model could not be downloaded',
        advice: 'Check your connection and try again: what already arrived is kept, and the rest is fetched.',
      },
      arrivedDamaged: {
        title: 'A model file arrived damaged',
        advice:
          'Try again: the damaged part is fetched anew. If it happens again, delete the model under Storage.',
      },
      modelUnusable: {
        title: 'The model file cannot be used',
        advice: 'Delete it under Storage and try again.',
      },
      wrongVectors: {
        title: 'This device computes wrong vectors',
        advice: 'Choose the CPU in Settings, or switch to Remote.',
      },
      tookTooLong: { title: 'The answer took too long', advice: 'Try again with less at a time.' },
      pageNotRead: {
        title: 'The page could not be loaded',
        advice:
          'A site opens its pages to others by CORS, and most do not. Save the page and choose the file, paste its source, or use Auto with an API key: the server then fetches it.',
      },
      notReadable: {
        title: 'This document cannot be read here',
        advice: 'Choose an HTML file or paste the source of a page, or switch to Remote.',
      },
      serverEngine: {
        title: 'The server’s engine stopped',
        advice:
          'Try again; it starts anew. If it keeps stopping, tell whoever runs {host}, or switch to Local.',
      },
      serverModel: {
        title: 'The server cannot use this model',
        advice: 'Choose another model, or tell whoever runs {host}.',
      },
      serverHasNot: {
        title: 'The server does not have this model',
        advice: 'Choose another one: the page Models lists those that {host} has.',
      },
      serverFailed: {
        title: 'The server failed',
        advice: 'Try again. If it keeps failing, switch to Local.',
      },
      serverBusy: { title: 'The server is busy', advice: 'Wait a moment and try again.' },
      serverSlow: {
        title: 'The answer took too long',
        advice: 'Check your connection and try again.',
      },
      unreachable: {
        title: 'The server could not be reached',
        advice:
          'Check the server address and your connection. A server on another origin must allow this page (CORS). Local works without a network.',
      },
      unreadable: {
        title: 'The server’s answer cannot be read',
        advice: 'Check the server address: something else may be answering there.',
      },
      serverMemory: {
        title: 'The server has not enough memory',
        advice: 'Send less at a time, choose a smaller model, or switch to Local.',
      },
      serverRoom: {
        title: 'The server has no room left',
        advice: 'Tell whoever runs {host}, or switch to Local.',
      },
      serverStorage: {
        title: 'The server cannot use its storage',
        advice: 'Try again later, tell whoever runs {host}, or switch to Local.',
      },
      serverDamaged: {
        title: 'Something that the server stored is damaged',
        advice: 'Delete what is named above, or make it anew. Everything else is as it was.',
      },
      wrongName: {
        title: 'The server does not answer under this address',
        advice:
          'Enter another address of it, or have whoever runs it allow the name {host}. Local works without it.',
      },
      wrongOrigin: {
        title: 'The server is not open to this page',
        advice: 'Have whoever runs {host} allow {page}, or give you a key. Local works without it.',
      },
      serverDownload: {
        title: 'The server could not download the model',
        advice: 'Choose a model that it has already, or try again later.',
      },
      keyNeededHosted: {
        title: 'An API key is needed',
        advice:
          'Enter a valid key in the API key field; jina.ai gives out free ones. It is kept in memory only.',
      },
      keyRefusedHosted: {
        title: 'The API key was not accepted',
        advice:
          'Enter a valid key in the API key field; jina.ai gives out free ones. It is kept in memory only.',
      },
      keyNeeded: {
        title: 'An API key is needed',
        advice:
          'Enter the key that whoever runs {host} gave you, in the API key field. It is kept in memory only.',
      },
      keyRefused: {
        title: 'The API key was not accepted',
        advice:
          'Enter the key that whoever runs {host} gave you, in the API key field. It is kept in memory only.',
      },
      noTokensHosted: {
        title: 'The API key has no tokens left',
        advice: 'Top up the key at jina.ai, enter another one, or switch to Local.',
      },
      noTokens: {
        title: 'The API key has no tokens left',
        advice: 'Ask whoever runs {host}, enter another key, or switch to Local.',
      },
      keyLimit: {
        title: 'The API key has reached a limit',
        advice: 'Enter another key, or switch to Local.',
      },
    },
    /** Items of a request, counted from 1. */
    passage: (number: number) => `Passage ${formatCount(number)}`,
    picture: (number: number) => `Picture ${formatCount(number)}`,
    text: (number: number) => `Text ${formatCount(number)}`,
    theQuestion: 'The question',
    /** Fields of requests as the pages call them. */
    fields: {
      apiKey: 'the API key',
      baseUrl: 'the server address',
      body: 'the request',
      classifier_id: 'the classifier',
      content: 'the text',
      dimensions: 'the number of dimensions',
      documents: 'the passages',
      embedding_type: 'the form of the vectors',
      head: 'the number of tokens',
      input: 'the input',
      labels: 'the labels',
      max_chunk_length: 'the longest chunk',
      model: 'the model',
      num_iters: 'the number of passes',
      overlap: 'the overlap',
      query: 'the query',
      strategy: 'the way to chunk',
      tail: 'the number of tokens',
      task: 'the task',
      temperature: 'the temperature',
      tokenizer: 'the tokenizer',
      top_n: 'the number of passages',
    },
    /** What messages of the engine and of servers say, where it is known. */
    tooManyTokens: (subject: string, tokens: number, model: string, most: number) =>
      `${subject} has ${counted(tokens, { one: 'token', other: 'tokens' })}; ${model} reads at most ${formatCount(most)}.`,
    noAnswerFrom: (address: string) => `There was no answer from ${address}.`,
    keyOnly: (address: string, endpoint: string) => `${address} answers ${endpoint} only with an API key.`,
    unknownClassifier: (id: string) => `Unknown classifier '${id}'.`,
    missing: (field: string) => `“${field}” is missing.`,
    emptyPicture: (subject: string) => `${subject} is empty (0 bytes).`,
    least: (subject: string, least: number) =>
      `${subject} should be greater than or equal to ${formatCount(least)}`,
    most: (subject: string, most: number) =>
      `${subject} should be less than or equal to ${formatCount(most)}`,
    above: (subject: string, bound: number) => `${subject} must be greater than ${formatCount(bound)}.`,
    mostCharacters: (subject: string, most: number) =>
      `${subject} holds at most ${formatCount(most)} characters. Split it into several requests.`,
    overlapTooLong: 'The overlap must be smaller than the longest chunk.',
  },
  // ── parts that several pages have: fields of models, settings of the server, storage, progress ──
  elements: {
    here: 'in this browser',
    atHost: (host: string) => `at ${host}`,
    hereOrAt: (host: string) => `in this browser or at ${host}`,
    answeredBy: (model: string, place: string) => `by ${model} ${place}`,
    answeredAt: (place: string) => `answered ${place}`,
    inTime: 'in {time}',
    stale: 'From before your last change to the form.',
    of: (done: string, total: string) => `${done} of ${total}`,
    /** Work under way, such as "Ranking": alone, and with how far it is. */
    doing: (work: string) => `${work}…`,
    doingSome: (work: string, done: string, total: string) => `${work} ${done} of ${total}…`,
    /** A model on its way into memory. */
    progressOf: (model: string) => `Model ${model}`,
    loading: {
      downloading: (model: string) => `Downloading ${model}`,
      'from-cache': (model: string) => `Loading ${model} from this browser’s storage`,
      compiling: (model: string) => `Preparing ${model}`,
      checking: (model: string) => `Checking ${model}`,
      ready: (model: string) => `${model} is ready`,
    },
    perSecond: (size: string) => `${size}/s`,
    left: (time: string) => `${time} left`,
    fileStates: {
      waiting: 'waiting',
      downloading: 'downloading',
      'from-cache': 'from cache',
      done: 'done',
    },
    /** Fields of models. */
    model: 'Model',
    fieldAt: (label: string, host: string) => `${label} at ${host}`,
    storedHere: 'stored here',
    fromThisSite: 'From this site',
    from: (host: string) => `From ${host}`,
    noSuchModelAt: (model: string, place: string) => `There is no ${model} ${place}.`,
    doesNotRun: (model: string, place: string, reason: string) => `${model} does not run ${place}:${reason}`,
    instead: (model: string) => `Instead: ${model}.`,
    /** Settings of the server. */
    remoteSettings: 'Remote settings',
    apiKey: 'API key',
    keyInMemory: 'Kept in this page’s memory only; gone when you leave.',
    keyWithout: 'Without a key, nothing leaves this browser.',
    serverAddress: 'Server address',
    askFirst: 'Ask first',
    askFirstHint: 'For Auto.',
    preferences: { 'local-first': 'this browser', fastest: 'whoever was faster' },
    apply: 'Apply',
    allSettings: 'All settings',
    address: {
      empty: 'Type the address of the server.',
      spaces: (typed: string) => `“${typed}” is no address: an address has no spaces.`,
      none: (typed: string) =>
        `“${typed}” is no address. It looks like https://api.jina.ai or localhost:8080.`,
      scheme: (scheme: string) => `The address begins with http:// or https://, not with ${scheme}`,
      noServer: (typed: string) => `“${typed}” names no server.`,
      user: 'Leave user name and password out of the address; the key has a field of its own.',
    },
    /** What the browser keeps. */
    storage: 'Storage',
    nothingStored: 'No model is kept in this browser.',
    unfinished: 'unfinished',
    deleteStored: (model: string) => `Delete ${model} from this browser`,
    keep: 'Keep on this device',
    deleteAll: 'Delete all',
    deleteAllAsk: 'Delete all models?',
    deleteAllLost: (size: string) =>
      `${size} are freed. Texts and indexes stay; models are downloaded again when they are next needed.`,
    deleted: (model: string) => `${model} is deleted.`,
    allDeleted: 'All models are deleted.',
    kept: 'The browser will keep the models.',
    notKept:
      'The browser did not agree to keep the models. It may do so once this page is bookmarked or often used.',
    storedBytes: (size: string) => `${size} of models.`,
    storedOf: (size: string, quota: string) => `${size} of models, ${quota} allowed by the browser.`,
    persisted: 'The browser keeps them until you delete them.',
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
    json: 'JSON',
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
  settings: {
    answers: 'Where answers come from',
    modes: {
      local: 'Everything is computed in this page. Nothing leaves it, and it works without a network.',
      remote: 'Texts and questions are sent to the server below.',
      auto: 'This browser or the server, whoever can answer. Without an API key, only this browser is asked.',
    },
    engine: 'Engine of this browser',
    devices: { auto: 'Automatic', webgpu: 'Graphics card (WebGPU)', wasm: 'CPU' },
    deviceNow: (device: string) => `${device} is in use.`,
    threadsAuto: 'Automatic',
    threadsHint: 'For the CPU. Fewer threads leave more of the machine to other programs.',
    threadsAlone: 'One thread: the site that serves this page does not isolate it, which threads need.',
    engineHint:
      'A change starts the engine anew, without loading the page; models come from this browser’s storage.',
    engineChanged: 'The engine starts anew.',
    looks: 'Language and colours',
    usage: {
      title: 'Tokens used',
      hint: 'As the answers themselves count them. The server may charge for its own.',
      nothing: 'Nothing was counted yet.',
      endpoint: 'For',
      sides: { local: 'This browser', remote: 'Server' },
      all: 'All',
      calls: (count: number) => counted(count, { one: 'call', other: 'calls' }),
      methods: {
        embeddings: 'Embeddings',
        multiVector: 'Vectors by token',
        rerank: 'Reranking',
        classify: 'Classifying',
        train: 'Training',
        segment: 'Segmenting',
        read: 'Reading',
        search: 'Web search',
        ground: 'Checking statements',
        chat: 'Chat',
      },
      reset: 'Count from zero',
      undo: 'Undo',
      wasReset: 'Counting starts from zero.',
    },
    reset: {
      title: 'Start afresh',
      hint: 'Deletes everything that this page keeps in the browser, as if it had never been opened.',
      action: 'Reset everything',
      ask: 'Reset everything?',
      lostModels: (size: string) => `${size} of models are deleted and have to be downloaded again.`,
      lost: 'Texts, indexes, classifiers, projects, settings and the count of tokens are deleted. This cannot be undone.',
      stays: 'The page itself stays, and opens without a network if it did before.',
    },
  },
  // ── the installed app: updates, files that are opened with it, working offline ──
  app: {},
};

/** What a language has to have. */
export type Words = typeof words;
