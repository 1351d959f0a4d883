import { formatCount } from '../shell/format.ts';
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
    languageChanged: (language) => `Die Sprache ist jetzt ${language}.`,
    about: 'Über diese Seite',
    theme: 'Farben',
    themes: { system: 'Wie im System', light: 'Hell', dark: 'Dunkel' },
    useTheme: { light: 'Zu hellen Farben wechseln', dark: 'Zu dunklen Farben wechseln' },
    modes: 'Wo das Modell rechnet',
    mode: { local: 'Lokal', remote: 'Server', auto: 'Auto' },
    modeHint: {
      local: 'In dieser Seite berechnet',
      remote: 'Von api.jina.ai oder einem anderen Server berechnet',
      auto: 'In dieser Seite berechnet, und vom Server, wo das nicht gelingt',
    },
    modeChanged: (mode, place) => `${mode}: berechnet ${place}.`,
    computedBy: 'Berechnet von:',
    checking: 'Wird geprüft …',
    findingOut: 'Es wird ermittelt, was dieser Browser kann …',
    cpu: 'CPU',
    reach: {
      unknown: 'Er wurde noch nicht gefragt.',
      answered: 'Er hat geantwortet.',
      refused: 'Er hat den API-Schlüssel nicht angenommen oder verlangt einen.',
      closed: 'Er ist für diese Seite nicht freigegeben.',
      failed: 'Er war nicht zu erreichen.',
    },
    sentTo: 'Texte und Fragen gehen an den Server {server}.',
    autoSends: 'Was dieser Browser nicht beantwortet, geht an den Server {server}.',
    autoKeeps: 'Ohne API-Schlüssel antwortet nur dieser Browser: Nichts verlässt ihn.',
    device: 'Gerät',
    adapter: 'Adapter',
    float16: 'rechnet in float16',
    noFloat16: 'ohne float16',
    threads: 'Threads',
    precision: 'Genauigkeit',
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
  problems: {
    dismiss: (title) => `Ausblenden: ${title}`,
    retry: 'Erneut versuchen',
    waitAsked: (seconds) => `Der Server bittet, ${formatCount(seconds)} s zu warten.`,
    offline: 'Dieses Gerät ist offline, und dieser Teil der Seite wurde noch nicht geladen.',
    siteSilent: 'Die Website hat nicht geantwortet, als dieser Teil der Seite geladen werden sollte.',
    thisPage: 'diese Seite',
    originOf: (origin) => `den Ursprung ${origin}`,
    says: {
      unexpected: {
        title: 'Etwas Unerwartetes ist geschehen',
        advice: 'Seite neu laden und erneut versuchen. Tritt es wieder auf, bitte melden.',
      },
      failed: { title: 'Die Anfrage ist fehlgeschlagen', advice: 'Erneut versuchen.' },
      engineStopped: {
        title: 'Die Engine ist stehen geblieben',
        advice:
          'Erneut versuchen; sie startet neu. Bleibt sie wieder stehen, die Seite neu laden oder in den Einstellungen die CPU wählen.',
      },
      tooMany: {
        title: 'Zu viele Anfragen',
        advice: 'Kurz warten und erneut versuchen, oder weniger auf einmal senden.',
      },
      notLoaded: {
        title: 'Ein Teil der Seite konnte nicht geladen werden',
        advice: 'Verbindung prüfen und erneut versuchen. Eingaben und Gespeichertes bleiben, wie sie sind.',
      },
      notFound: {
        title: 'Das gibt es nicht mehr',
        advice: 'Einen Blick auf die Liste werfen: Vielleicht wurde es anderswo gelöscht.',
      },
      busy: {
        title: 'Daran wird gerade etwas anderes geändert',
        advice: 'Warten, bis das fertig ist, vielleicht in einem anderen Tab, und erneut versuchen.',
      },
      labels: { title: 'Die Labels passen nicht', advice: 'Beispiele für mindestens zwei Labels angeben.' },
      tooManyLabels: { title: 'Es sind zu viele Labels', advice: 'Einige entfernen und erneut versuchen.' },
      tooLong: {
        title: 'Der Text ist zu lang für dieses Modell',
        advice: 'Text kürzen oder ein Modell mit längerem Kontext wählen.',
      },
      unfit: {
        title: 'Die Anfrage passt nicht',
        advice: 'Das oben Genannte ändern und erneut versuchen.',
      },
      spaces: {
        title: 'Vektoren zweier Orte werden nicht gemischt',
        advice:
          'Erneut versuchen, sobald der Ort wieder antwortet, der die Texte indiziert hat, oder auf Server umschalten und sie dort indizieren: Jeder hat seinen eigenen Index.',
      },
      notPossible: {
        title: 'Das ist hier nicht möglich',
        advice: 'Ein anderes Modell oder die andere Betriebsart wählen.',
      },
      nothingToIndex: {
        title: 'Es gibt keinen Text zum Indizieren',
        advice: 'Die Beispieltexte oder eine .txt- oder .md-Datei mit Text hinzufügen, oder Text einfügen.',
      },
      noSuchModel: { title: 'Dieses Modell gibt es hier nicht', advice: 'Ein anderes Modell wählen.' },
      notInBrowser: {
        title: 'Dieses Modell läuft nicht im Browser',
        advice: 'Ein anderes Modell wählen oder auf Server umschalten.',
      },
      noDevice: {
        title: 'Dieses Gerät hat der Browser nicht',
        advice:
          'In den Einstellungen ein anderes Gerät wählen oder einen Browser mit WebGPU verwenden. Die CPU geht überall.',
      },
      noMemory: {
        title: 'Der Arbeitsspeicher reicht nicht',
        advice: 'Andere Tabs schließen und erneut versuchen, oder auf Server umschalten.',
      },
      noRoom: {
        title: 'Der Browser hat keinen Platz für das Modell',
        advice: 'Unter „Speicher“ Modelle löschen oder Platz auf der Platte schaffen, dann erneut versuchen.',
      },
      storage: {
        title: 'Der Speicher des Browsers ist nicht verwendbar',
        advice:
          'Seite neu laden und erneut versuchen. Bleibt es dabei, die Daten dieser Website in den Einstellungen des Browsers löschen: Modelle werden dann neu heruntergeladen.',
      },
      damaged: {
        title: 'Etwas hier Gespeichertes ist beschädigt',
        advice: 'Das oben Genannte löschen oder neu anlegen. Alles andere ist unverändert.',
      },
      download: {
        title: 'Das Modell konnte nicht heruntergeladen werden',
        advice:
          'Verbindung prüfen und erneut versuchen: Was schon angekommen ist, bleibt, und der Rest wird geholt.',
      },
      arrivedDamaged: {
        title: 'Eine Datei des Modells kam beschädigt an',
        advice:
          'Erneut versuchen: Der beschädigte Teil wird neu geholt. Geschieht es wieder, das Modell unter „Speicher“ löschen.',
      },
      modelUnusable: {
        title: 'Die Modelldatei ist nicht verwendbar',
        advice: 'Unter „Speicher“ löschen und erneut versuchen.',
      },
      wrongVectors: {
        title: 'Dieses Gerät berechnet falsche Vektoren',
        advice: 'In den Einstellungen die CPU wählen oder auf Server umschalten.',
      },
      tookTooLong: {
        title: 'Die Antwort hat zu lange gedauert',
        advice: 'Mit weniger auf einmal erneut versuchen.',
      },
      pageNotRead: {
        title: 'Die Seite konnte nicht geladen werden',
        advice:
          'Eine Website gibt ihre Seiten anderen durch CORS frei, und die meisten tun es nicht. Die Seite speichern und die Datei wählen, ihren Quelltext einfügen, oder Auto mit einem API-Schlüssel verwenden: Dann holt sie der Server.',
      },
      notReadable: {
        title: 'Dieses Dokument kann hier nicht gelesen werden',
        advice: 'Eine HTML-Datei wählen, den Quelltext einer Seite einfügen oder auf Server umschalten.',
      },
      serverEngine: {
        title: 'Die Engine des Servers ist stehen geblieben',
        advice:
          'Erneut versuchen; sie startet neu. Bleibt sie wieder stehen, den Betreiber von {host} informieren oder auf Lokal umschalten.',
      },
      serverModel: {
        title: 'Der Server kann dieses Modell nicht verwenden',
        advice: 'Ein anderes Modell wählen oder den Betreiber von {host} informieren.',
      },
      serverHasNot: {
        title: 'Der Server hat dieses Modell nicht',
        advice: 'Ein anderes wählen: Die Seite Modelle zeigt, welche {host} hat.',
      },
      serverFailed: {
        title: 'Der Server ist gescheitert',
        advice: 'Erneut versuchen. Scheitert er wieder, auf Lokal umschalten.',
      },
      serverBusy: { title: 'Der Server ist ausgelastet', advice: 'Kurz warten und erneut versuchen.' },
      serverSlow: {
        title: 'Die Antwort hat zu lange gedauert',
        advice: 'Verbindung prüfen und erneut versuchen.',
      },
      unreachable: {
        title: 'Der Server war nicht zu erreichen',
        advice:
          'Adresse des Servers und Verbindung prüfen. Ein Server mit anderem Ursprung muss diese Seite zulassen (CORS). Lokal geht es ohne Netz.',
      },
      unreadable: {
        title: 'Die Antwort des Servers ist nicht lesbar',
        advice: 'Adresse des Servers prüfen: Vielleicht antwortet dort etwas anderes.',
      },
      serverMemory: {
        title: 'Der Arbeitsspeicher des Servers reicht nicht',
        advice: 'Weniger auf einmal senden, ein kleineres Modell wählen oder auf Lokal umschalten.',
      },
      serverRoom: {
        title: 'Der Server hat keinen Platz mehr',
        advice: 'Den Betreiber von {host} informieren oder auf Lokal umschalten.',
      },
      serverStorage: {
        title: 'Der Server kann seinen Speicher nicht verwenden',
        advice: 'Später erneut versuchen, den Betreiber von {host} informieren oder auf Lokal umschalten.',
      },
      serverDamaged: {
        title: 'Etwas auf dem Server Gespeichertes ist beschädigt',
        advice: 'Das oben Genannte löschen oder neu anlegen. Alles andere ist unverändert.',
      },
      wrongName: {
        title: 'Der Server antwortet nicht unter dieser Adresse',
        advice:
          'Eine andere Adresse eingeben oder den Betreiber bitten, den Namen {host} zuzulassen. Lokal geht es ohne ihn.',
      },
      wrongOrigin: {
        title: 'Der Server ist für diese Seite nicht freigegeben',
        advice:
          'Den Betreiber von {host} bitten, {page} zuzulassen, oder um einen Schlüssel. Lokal geht es ohne ihn.',
      },
      serverDownload: {
        title: 'Der Server konnte das Modell nicht herunterladen',
        advice: 'Ein Modell wählen, das er schon hat, oder es später erneut versuchen.',
      },
      keyNeededHosted: {
        title: 'Ein API-Schlüssel ist nötig',
        advice:
          'Einen gültigen Schlüssel in das Feld „API-Schlüssel“ eingeben; jina.ai vergibt kostenlose. Er bleibt nur im Arbeitsspeicher.',
      },
      keyRefusedHosted: {
        title: 'Der API-Schlüssel wurde nicht angenommen',
        advice:
          'Einen gültigen Schlüssel in das Feld „API-Schlüssel“ eingeben; jina.ai vergibt kostenlose. Er bleibt nur im Arbeitsspeicher.',
      },
      keyNeeded: {
        title: 'Ein API-Schlüssel ist nötig',
        advice:
          'Den Schlüssel vom Betreiber von {host} in das Feld „API-Schlüssel“ eingeben. Er bleibt nur im Arbeitsspeicher.',
      },
      keyRefused: {
        title: 'Der API-Schlüssel wurde nicht angenommen',
        advice:
          'Den Schlüssel vom Betreiber von {host} in das Feld „API-Schlüssel“ eingeben. Er bleibt nur im Arbeitsspeicher.',
      },
      noTokensHosted: {
        title: 'Der API-Schlüssel hat keine Tokens mehr',
        advice: 'Den Schlüssel bei jina.ai aufladen, einen anderen eingeben oder auf Lokal umschalten.',
      },
      noTokens: {
        title: 'Der API-Schlüssel hat keine Tokens mehr',
        advice:
          'Den Betreiber von {host} fragen, einen anderen Schlüssel eingeben oder auf Lokal umschalten.',
      },
      keyLimit: {
        title: 'Der API-Schlüssel hat eine Grenze erreicht',
        advice: 'Einen anderen Schlüssel eingeben oder auf Lokal umschalten.',
      },
    },
    passage: (number) => `Textstelle ${formatCount(number)}`,
    picture: (number) => `Bild ${formatCount(number)}`,
    text: (number) => `Text ${formatCount(number)}`,
    theQuestion: 'Die Frage',
    fields: {
      apiKey: 'der API-Schlüssel',
      baseUrl: 'die Adresse des Servers',
      body: 'die Anfrage',
      classifier_id: 'der Klassifikator',
      content: 'der Text',
      dimensions: 'die Anzahl der Dimensionen',
      documents: 'die Liste der Textstellen',
      embedding_type: 'die Form der Vektoren',
      head: 'die Anzahl der Tokens',
      input: 'die Eingabe',
      labels: 'die Liste der Labels',
      max_chunk_length: 'der längste Abschnitt',
      model: 'das Modell',
      num_iters: 'die Anzahl der Durchgänge',
      overlap: 'die Überlappung',
      query: 'die Suchanfrage',
      strategy: 'die Art der Zerlegung',
      tail: 'die Anzahl der Tokens',
      task: 'die Aufgabe',
      temperature: 'die Temperatur',
      tokenizer: 'der Tokenizer',
      top_n: 'die Anzahl der Textstellen',
    },
    tooManyTokens: (subject, tokens, model, most) =>
      `${subject} hat ${counted(tokens, { one: 'Token', other: 'Tokens' })}; ${model} liest höchstens ${formatCount(most)}.`,
    noAnswerFrom: (address) => `Von ${address} kam keine Antwort.`,
    keyOnly: (address, endpoint) => `${address} beantwortet ${endpoint} nur mit einem API-Schlüssel.`,
    unknownClassifier: (id) => `Unbekannter Klassifikator „${id}“.`,
    missing: (field) => `„${field}“ fehlt.`,
    emptyPicture: (subject) => `${subject} ist leer (0 Bytes).`,
    least: (subject, least) => `${subject} muss mindestens ${formatCount(least)} sein.`,
    most: (subject, most) => `${subject} darf höchstens ${formatCount(most)} sein.`,
    above: (subject, bound) => `${subject} muss größer als ${formatCount(bound)} sein.`,
    mostCharacters: (subject, most) =>
      `${subject} darf höchstens ${formatCount(most)} Zeichen haben. In mehrere Anfragen aufteilen.`,
    overlapTooLong: 'Die Überlappung muss kleiner sein als der längste Abschnitt.',
  },
  // ── parts that several pages have: fields of models, settings of the server, storage, progress ──
  elements: {
    here: 'in diesem Browser',
    atHost: (host) => `bei ${host}`,
    hereOrAt: (host) => `in diesem Browser oder bei ${host}`,
    answeredBy: (model, place) => `von ${model} ${place}`,
    answeredAt: (place) => `beantwortet ${place}`,
    inTime: 'in {time}',
    stale: 'Von vor der letzten Änderung am Formular.',
    of: (done, total) => `${done} von ${total}`,
    doing: (work) => `${work} …`,
    doingSome: (work, done, total) => `${work}: ${done} von ${total} …`,
    progressOf: (model) => `Modell ${model}`,
    loading: {
      downloading: (model) => `${model} wird heruntergeladen`,
      'from-cache': (model) => `${model} wird aus dem Speicher dieses Browsers geladen`,
      compiling: (model) => `${model} wird vorbereitet`,
      checking: (model) => `${model} wird geprüft`,
      ready: (model) => `${model} ist bereit`,
    },
    perSecond: (size) => `${size}/s`,
    left: (time) => `noch ${time}`,
    fileStates: {
      waiting: 'wartet',
      downloading: 'wird geladen',
      'from-cache': 'aus dem Speicher',
      done: 'fertig',
    },
    model: 'Modell',
    fieldAt: (label, host) => `${label} bei ${host}`,
    storedHere: 'hier gespeichert',
    fromThisSite: 'Von dieser Website',
    from: (host) => `Von ${host}`,
    noSuchModelAt: (model, place) => `Das Modell ${model} gibt es ${place} nicht.`,
    doesNotRun: (model, place, reason) => `${model} läuft ${place} nicht:${reason}`,
    instead: (model) => `Stattdessen: ${model}.`,
    remoteSettings: 'Einstellungen des Servers',
    apiKey: 'API-Schlüssel',
    keyInMemory: 'Bleibt nur im Arbeitsspeicher dieser Seite; mit ihr ist er weg.',
    keyWithout: 'Ohne Schlüssel verlässt nichts diesen Browser.',
    serverAddress: 'Adresse des Servers',
    askFirst: 'Zuerst fragen',
    askFirstHint: 'Für Auto.',
    preferences: { 'local-first': 'diesen Browser', fastest: 'wer schneller war' },
    apply: 'Übernehmen',
    allSettings: 'Alle Einstellungen',
    address: {
      empty: 'Die Adresse des Servers eingeben.',
      spaces: (typed) => `„${typed}“ ist keine Adresse: Eine Adresse hat keine Leerzeichen.`,
      none: (typed) =>
        `„${typed}“ ist keine Adresse. Sie sieht aus wie https://api.jina.ai oder localhost:8080.`,
      scheme: (scheme) => `Die Adresse beginnt mit http:// oder https://, nicht mit ${scheme}`,
      noServer: (typed) => `„${typed}“ nennt keinen Server.`,
      user: 'Benutzername und Passwort gehören nicht in die Adresse; der Schlüssel hat ein eigenes Feld.',
    },
    storage: 'Speicher',
    nothingStored: 'In diesem Browser ist kein Modell gespeichert.',
    unfinished: 'unvollständig',
    deleteStored: (model) => `${model} aus diesem Browser löschen`,
    keep: 'Auf diesem Gerät behalten',
    deleteAll: 'Alle löschen',
    deleteAllAsk: 'Alle Modelle löschen?',
    deleteAllLost: (size) =>
      `${size} werden frei. Texte und Indexe bleiben; Modelle werden bei Bedarf neu heruntergeladen.`,
    deleted: (model) => `${model} ist gelöscht.`,
    allDeleted: 'Alle Modelle sind gelöscht.',
    kept: 'Der Browser behält die Modelle.',
    notKept:
      'Der Browser hat nicht zugesagt, die Modelle zu behalten. Vielleicht tut er es, sobald diese Seite ein Lesezeichen hat oder oft besucht wird.',
    storedBytes: (size) => `${size} an Modellen.`,
    storedOf: (size, quota) => `${size} an Modellen, ${quota} erlaubt der Browser.`,
    persisted: 'Der Browser behält sie, bis sie gelöscht werden.',
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
  settings: {
    answers: 'Woher Antworten kommen',
    modes: {
      local: 'Alles wird in dieser Seite berechnet. Nichts verlässt sie, und es geht ohne Netz.',
      remote: 'Texte und Fragen gehen an den Server unten.',
      auto: 'Dieser Browser oder der Server, je nachdem, wer antworten kann. Ohne API-Schlüssel wird nur dieser Browser gefragt.',
    },
    engine: 'Engine dieses Browsers',
    devices: { auto: 'Automatisch', webgpu: 'Grafikkarte (WebGPU)', wasm: 'CPU' },
    deviceNow: (device) => `In Gebrauch: ${device}.`,
    threadsAuto: 'Automatisch',
    threadsHint: 'Für die CPU. Weniger Threads lassen anderen Programmen mehr vom Rechner.',
    threadsAlone:
      'Ein Thread: Die Website, von der diese Seite kommt, isoliert sie nicht, und das brauchen Threads.',
    engineHint:
      'Eine Änderung startet die Engine neu, ohne dass die Seite neu lädt; Modelle kommen aus dem Speicher dieses Browsers.',
    engineChanged: 'Die Engine startet neu.',
    looks: 'Sprache und Farben',
    usage: {
      title: 'Verbrauchte Tokens',
      hint: 'Wie die Antworten selbst sie zählen. Der Server berechnet seine vielleicht.',
      nothing: 'Noch wurde nichts gezählt.',
      endpoint: 'Für',
      sides: { local: 'Dieser Browser', remote: 'Server' },
      all: 'Zusammen',
      calls: (count) => counted(count, { one: 'Aufruf', other: 'Aufrufe' }),
      methods: {
        embeddings: 'Embeddings',
        multiVector: 'Vektoren je Token',
        rerank: 'Umordnen',
        classify: 'Einordnen',
        train: 'Anlernen',
        segment: 'Zerlegen',
        read: 'Lesen',
        search: 'Websuche',
        ground: 'Aussagen prüfen',
        chat: 'Chat',
      },
      reset: 'Von null zählen',
      undo: 'Rückgängig',
      wasReset: 'Gezählt wird wieder von null.',
    },
    reset: {
      title: 'Von vorn anfangen',
      hint: 'Löscht alles, was diese Seite im Browser aufbewahrt, als wäre sie nie geöffnet worden.',
      action: 'Alles zurücksetzen',
      ask: 'Alles zurücksetzen?',
      lostModels: (size) => `${size} an Modellen werden gelöscht und müssen neu heruntergeladen werden.`,
      lost: 'Texte, Indexe, Klassifikatoren, Projekte, Einstellungen und die Zählung der Tokens werden gelöscht. Das lässt sich nicht rückgängig machen.',
      stays: 'Die Seite selbst bleibt, und öffnet sich ohne Netz, wenn sie es vorher tat.',
    },
  },
  // ── the installed app: updates, files that are opened with it, working offline ──
  app: {},
};
