import { describe, expect, test } from 'vitest';
import { countWords, sentenceSpans } from '../text/sentences.ts';
import { contentWords, stem } from './content-words.ts';
import { SUBJECTS } from './index.ts';
import { SAMPLE_QUESTIONS } from './questions.ts';

const passages = SUBJECTS.flatMap((subject) =>
  subject.passages.map((passage) => ({ ...passage, id: `${subject.id}/${passage.id}` })),
);

describe('sample corpus', () => {
  test('has 300 passages of one to four sentences under unique ids', () => {
    expect(passages).toHaveLength(300);
    expect(new Set(passages.map((passage) => passage.id)).size).toBe(300);
    expect(new Set(passages.map((passage) => passage.text)).size).toBe(300);
    for (const { id, text, title } of passages) {
      expect(countWords(text), id).toBeLessThanOrEqual(120);
      expect(sentenceSpans(text).length, id).toBeLessThanOrEqual(4);
      expect(title, id).not.toBe('');
    }
  });
});

describe('sample questions', () => {
  test('are ten, each with an answer of its own', () => {
    expect(SAMPLE_QUESTIONS).toHaveLength(10);
    expect(new Set(SAMPLE_QUESTIONS.map((question) => question.answer)).size).toBe(10);
  });

  test.each(SAMPLE_QUESTIONS)(
    '"$question" shares no content word with its answer',
    ({ question, answer }) => {
      const passage = passages.find(({ id }) => id === answer);
      expect(passage).toBeDefined();
      const asked = contentWords(question);
      expect(asked.size).toBeGreaterThanOrEqual(2);
      const answered = contentWords(`${passage!.title} ${passage!.text}`);
      expect([...asked].filter((word) => answered.has(word))).toEqual([]);
    },
  );
});

describe('content words', () => {
  test.each([
    ['storms', 'storm'],
    ['stories', 'story'],
    ['boxes', 'box'],
    ['pinched', 'pinching'],
    ['stopped', 'stopping'],
    ['slices', 'slicing'],
    ['quickly', 'quick'],
    ["dog's", 'dogs'],
    ['glasses', 'glass'],
    ['tried', 'tries'],
  ])('%s and %s meet', (one, other) => {
    expect(stem(one)).toBe(stem(other));
  });

  test('leave stop words and case out and keep numbers', () => {
    expect(contentWords('Why IS the Storm 20 storms away?')).toEqual(new Set(['storm', '20']));
  });
});
