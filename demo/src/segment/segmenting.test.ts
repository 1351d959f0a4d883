import { parse, SegmentRequestSchema } from '@nearfield/spec/implement';
import { expect, test } from 'vitest';
import { overlapGap, requestOf, type SegmentOptions } from './segmenting.ts';

const plain: SegmentOptions = {
  tokenizer: 'gpt2',
  strategy: 'structure',
  maxChunkLength: '',
  overlap: '',
  part: 'all',
  partLength: '7',
};

test('asks for no more than the hosted API has, unless it was chosen', () => {
  const request = requestOf('text', plain, 'm');
  expect(Object.keys(request).filter((key) => request[key as keyof typeof request] !== undefined)).toEqual([
    'content',
    'tokenizer',
    'return_chunks',
    'return_tokens',
  ]);
});

test('takes every option of the form, and the contract takes the request', () => {
  const options = {
    ...plain,
    strategy: 'semantic',
    maxChunkLength: '50',
    overlap: '5',
    part: 'tail',
  } as const;
  const request = requestOf('text', options, 'm');
  expect(request).toMatchObject({
    strategy: 'semantic',
    model: 'm',
    max_chunk_length: 50,
    overlap: 5,
    tail: 7,
  });
  expect(request).not.toHaveProperty('head');
  expect(() => parse(SegmentRequestSchema, request)).not.toThrow();
});

test.each([
  ['', '', undefined],
  ['300', '299', undefined],
  ['300', '300', 'The overlap must be smaller than the longest chunk, 300.'],
  ['', '5000', 'The overlap must be smaller than the longest chunk, 1,000.'],
])('chunks of %j with an overlap of %j', (maxChunkLength, overlap, gap) => {
  expect(overlapGap({ ...plain, maxChunkLength, overlap })).toBe(gap);
});
