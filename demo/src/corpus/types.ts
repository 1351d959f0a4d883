/** One short text of the sample corpus. */
interface SamplePassage {
  /** Unique within its subject. */
  id: string;
  title: string;
  text: string;
}

/** Passages about one field. */
export interface Subject {
  id: string;
  title: string;
  passages: readonly SamplePassage[];
}

/** A plain question and the passage that answers it without sharing a content word. */
export interface SampleQuestion {
  question: string;
  /** `subject/passage`. */
  answer: string;
}
