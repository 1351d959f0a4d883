import type { SampleQuestion } from '../corpus/types.ts';
import { words } from '../words/language.ts';
import type { TextDocument } from './passage.ts';

export const SAMPLE_ID = 'sample';

/** The sample corpus in the form that is searched. */
export interface Sample {
  document: TextDocument;
  questions: readonly SampleQuestion[];
}

let loading: Promise<Sample> | undefined;

/** Loads the sample corpus, which is a file of its own, once. A failure may be tried again. */
export function loadSample(): Promise<Sample> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Sample> {
  const [{ SUBJECTS: subjects }, { SAMPLE_QUESTIONS: sampleQuestions }] = await Promise.all([
    import('../corpus/index.ts'),
    import('../corpus/questions.ts'),
  ]);
  const passages = subjects.flatMap((subject) =>
    subject.passages.map(({ id, title, text }) => ({
      id: `${subject.id}/${id}`,
      source: subject.title,
      title,
      headings: [subject.title],
      text,
      filters: { subject: [subject.title] },
    })),
  );
  return {
    document: {
      id: SAMPLE_ID,
      name: words().search.sources.sample,
      kind: 'text',
      language: 'en',
      passages,
      fingerprint: SAMPLE_ID,
      added: Date.now(),
    },
    questions: sampleQuestions,
  };
}
