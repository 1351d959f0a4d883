import { expect, test } from 'vitest';
import { Gaps } from './gaps.ts';

test('says what is missing until the field is changed', () => {
  const gaps = new Gaps();
  expect(gaps.check({ query: 'Type a question.', passages: false, model: undefined })).toBe(false);
  expect(gaps.state.fields).toEqual({ query: 'Type a question.' });
  gaps.clear('passages');
  expect(gaps.of('query')).toBe('Type a question.');
  gaps.clear('query');
  expect(gaps.state.fields).toEqual({});
  expect(gaps.check({ query: false })).toBe(true);
});
