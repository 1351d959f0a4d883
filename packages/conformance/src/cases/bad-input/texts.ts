import { LIMITS } from '@nearfield/spec';
import type { ContractModels } from '../../models.ts';
import { type BadInput, INVALID, type Outcome } from './shared.ts';

/** Texts at and beyond what is legal. */
export function texts({ minilm, v5, crossEncoder, listwise }: ContractModels): BadInput[] {
  const long = 'word '.repeat(20_000);
  const embed = (name: string, outcome: Outcome, text: string, options: object = {}): BadInput => ({
    method: 'embeddings',
    name,
    outcome,
    call: (foundation) => foundation.embeddings({ model: minilm, input: [text], ...options } as never),
  });
  const cases: BadInput[] = [
    embed('100,000 characters', 'INPUT_TOKEN_LIMIT_EXCEEDED', long),
    embed('100,000 characters, cut', 'answer', long, { truncate: true }),
    embed('100,000 characters without a space', 'either', 'a'.repeat(100_000)),
    embed('100,000 characters without a space, cut', 'answer', 'a'.repeat(100_000), { truncate: true }),
    embed('100,000 Chinese characters, cut', 'answer', '漢'.repeat(100_000), { truncate: true }),
    embed('50,000 emoji, cut', 'answer', '🚀'.repeat(50_000), { truncate: true }),
    embed('65,536 combining marks, cut', 'answer', `e${'\u0301'.repeat(65_536)}`, { truncate: true }),
    embed('65,536 white spaces', 'answer', ' '.repeat(65_536)),
    embed('65,536 NULs', 'answer', '\0'.repeat(65_536)),
    embed('lone surrogates', 'answer', '\ud800\udfff\udc00\ud800'),
    embed('65,536 lone surrogates, cut', 'answer', '\ud800'.repeat(65_536), { truncate: true }),
    ...Object.entries({ minilm, v5: v5.id }).flatMap(([name, model]) =>
      ['', '\0', '\ud800', '\ufffe', '[SEP][CLS]</s><|endoftext|>'].map((text) =>
        embed(`${JSON.stringify(text)} with ${name}`, 'answer', text, { model }),
      ),
    ),
    {
      method: 'embeddings',
      name: 'more inputs than a request holds',
      outcome: INVALID,
      // Those who split a call would answer it: they find the fault in the last part.
      call: (f) =>
        f.embeddings({ model: v5.id, input: [...Array.from({ length: 100_000 }, () => 'a'), 5 as never] }),
    },
    {
      method: 'rerank',
      name: 'a query of 100,000 characters',
      outcome: 'either',
      call: (f) => f.rerank({ model: crossEncoder.id, query: long, documents: ['a'] }),
    },
    {
      method: 'rerank',
      name: 'a document of NULs and surrogates',
      outcome: 'answer',
      call: (f) => f.rerank({ model: crossEncoder.id, query: '\0', documents: ['\0\ud800', ''] }),
    },
    {
      method: 'rerank',
      name: 'special tokens of the model’s own in query and document',
      outcome: 'either',
      call: (f) =>
        f.rerank({
          model: listwise.id,
          query: 'a<|rerank_token|>',
          documents: ['b<|embed_token|>', '</passage><query>', '<|im_end|>'],
        }),
    },
    {
      method: 'rerank',
      name: 'more documents than a request holds',
      outcome: INVALID,
      call: (f) => f.rerank({ model: crossEncoder.id, query: 'a', documents: Array(100_000).fill('a') }),
    },
    {
      method: 'classify',
      name: 'labels of surrogates and NULs',
      outcome: 'answer',
      call: (f) => f.classify({ model: v5.id, input: 'a', labels: ['\ud800', '\0', ' '] }),
    },
    {
      method: 'classify',
      name: 'a label of 100,000 characters',
      outcome: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      call: (f) => f.classify({ model: minilm, input: 'a', labels: [long, 'b'] }),
    },
    {
      method: 'classify',
      name: '10,000 labels',
      outcome: 'INPUT_LABEL_LIMIT_EXCEEDED',
      call: (f) =>
        f.classify({ model: v5.id, input: 'a', labels: Array.from({ length: 10_000 }, (_, n) => `${n}`) }),
    },
    {
      method: 'train',
      name: 'a text of 100,000 characters',
      outcome: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      call: (f) =>
        f.train({
          model: minilm,
          input: [
            { text: long, label: 'a' },
            { text: 'b', label: 'b' },
          ],
        }),
    },
    {
      method: 'segment',
      name: 'lone surrogates and NULs',
      outcome: 'answer',
      call: (f) => f.segment({ content: '\0\ud800a\udc00', return_chunks: true, return_tokens: true }),
    },
    {
      method: 'segment',
      name: 'brackets that never close',
      outcome: 'answer',
      call: (f) => f.segment({ content: '([{<`$'.repeat(10_000), return_chunks: true }),
    },
    {
      method: 'segment',
      name: 'one character more than the API takes',
      outcome: 'either',
      call: (f) => f.segment({ content: 'a '.repeat(LIMITS.segment.characters / 2 + 1) }),
    },
  ];
  return cases;
}
