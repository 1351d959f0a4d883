import { dot } from '@nearfield/model-tiny';
import { LIMITS, type RerankRequest, type RerankResponse, type SearchFoundation } from '@nearfield/spec';
import { describe, expect } from 'vitest';
import { expectShape } from '../openapi.ts';
import { base64, pictures } from '../pictures.ts';
import { expectInvalid, refusal, type Subject, unchecked } from '../subject.ts';

const QUERY = 'Where does the rabbit run?';
const DOCUMENTS = [
  'Income tax is due in April.',
  'Follow the white rabbit.',
  'What is the capital of France?',
  'x',
  'A rabbit runs through the grass to its burrow, and nobody follows.',
];

const scoresByIndex = ({ results }: RerankResponse): number[] => {
  const scores: number[] = [];
  for (const { index, relevance_score } of results) scores[index] = relevance_score;
  return scores;
};

/** `POST /v1/rerank`. */
export function rerankCases(subject: Subject): void {
  const { minilm, reranker, v3, clip, colbert, crossEncoder, listwise } = subject.models;
  const test = (name: string, run: (foundation: SearchFoundation) => Promise<void>): void =>
    subject.case('rerank', name, run);
  const request = { model: crossEncoder.id, query: QUERY, documents: DOCUMENTS };

  const maxSim = (query: string, document: string): number => {
    const rows = colbert.document(document);
    return colbert
      .query(query)
      .reduce((sum, row) => sum + Math.max(...rows.map((other) => dot(row, other))), 0);
  };
  const families: [string, string, number[]][] = [
    ['a cross-encoder', crossEncoder.id, crossEncoder.scores(QUERY, DOCUMENTS)],
    ['late interaction', colbert.id, DOCUMENTS.map((document) => maxSim(QUERY, document))],
    ['listwise', listwise.id, listwise.scores(QUERY, DOCUMENTS)],
  ];

  describe('rerank', () => {
    for (const [name, model, expected] of families) {
      test(`${name}: shape, order and the model’s own scores`, async (foundation) => {
        const answer = await foundation.rerank({ model, query: QUERY, documents: DOCUMENTS });
        expectShape('RerankingResponse', answer);
        expect(answer).toMatchObject({ model, object: 'list' });
        expect(answer.usage.total_tokens).toBeGreaterThan(0);
        const scores = answer.results.map(({ relevance_score }) => relevance_score);
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
        expect(answer.results.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3, 4]);
        scoresByIndex(answer).forEach((score, index) => {
          expect(Math.abs(score - expected[index]!)).toBeLessThan(1e-3);
        });
      });

      test(`${name}: top_n keeps the best`, async (foundation) => {
        const all = await foundation.rerank({ model, query: QUERY, documents: DOCUMENTS });
        for (const top_n of [1, 3, 5, 100]) {
          const best = await foundation.rerank({ model, query: QUERY, documents: DOCUMENTS, top_n });
          expect(best.results).toEqual(all.results.slice(0, top_n));
        }
      });

      test(`${name}: one document`, async (foundation) => {
        const { results } = await foundation.rerank({ model, query: QUERY, documents: ['only one'] });
        expect(results).toMatchObject([{ index: 0 }]);
      });

      test(`${name}: an empty document has a score`, async (foundation) => {
        const { results } = await foundation.rerank({ model, query: QUERY, documents: ['', 'a rabbit'] });
        expect(results).toHaveLength(2);
        for (const { relevance_score } of results) expect(Number.isFinite(relevance_score)).toBe(true);
      });
    }

    test('the embedded embedder ranks by its token vectors', async (foundation) => {
      const { results } = await foundation.rerank({ model: minilm, query: QUERY, documents: DOCUMENTS });
      expect([1, 4]).toContain(results[0]!.index);
      expect([1, 4]).toContain(results[1]!.index);
    });

    test('the embedded reranker knows what answers a question', async (foundation) => {
      const answer = await foundation.rerank({
        model: reranker,
        query: 'How do I reset my password?',
        documents: [
          'The shop is open from nine to five on weekdays and closed on public holidays.',
          'Passwords are stored as salted hashes.',
          'Open the account page and choose "Forgot password". We will send a link that lets you set a new password.',
        ],
      });
      expectShape('RerankingResponse', answer);
      expect(answer.results.map(({ index }) => index)).toEqual([2, 1, 0]);
      expect(answer.results[0]!.relevance_score).toBeGreaterThan(0.8);
      expect(answer.results[2]!.relevance_score).toBeLessThan(0.1);
    });

    test('fusion with the embedder is said, asked for and turned off', async (foundation) => {
      const asked = { ...request, model: reranker };
      const plain = await foundation.rerank(asked);
      expect(plain.fusion).toEqual({ embedder: minilm, weight: 8 });
      expect(await foundation.rerank({ ...asked, fusion: true })).toEqual(plain);
      expect(await foundation.rerank({ ...asked, fusion: null })).toEqual(plain);
      const alone = await foundation.rerank({ ...asked, fusion: false });
      expect(alone).not.toHaveProperty('fusion');
      expect(scoresByIndex(alone)).not.toEqual(scoresByIndex(plain));
    });

    test('scores of a cross-encoder lie between 0 and 1', async (foundation) => {
      for (const { relevance_score } of (await foundation.rerank(request)).results) {
        expect(relevance_score).toBeGreaterThan(0);
        expect(relevance_score).toBeLessThan(1);
      }
    });

    test('a document’s score does not depend on the documents beside it', async (foundation) => {
      for (const model of [crossEncoder.id, colbert.id]) {
        const together = scoresByIndex(await foundation.rerank({ ...request, model }));
        for (const [index, document] of DOCUMENTS.entries()) {
          const alone = await foundation.rerank({ model, query: QUERY, documents: [document] });
          expect(Math.abs(alone.results[0]!.relevance_score - together[index]!)).toBeLessThan(1e-3);
        }
      }
    });

    test('equal documents keep their order', async (foundation) => {
      const { results } = await foundation.rerank({ ...request, documents: ['same', 'same', 'same'] });
      expect(results.map(({ index }) => index)).toEqual([0, 1, 2]);
    });

    test('documents come back unless that is turned off', async (foundation) => {
      for (const return_documents of [undefined, null, true]) {
        const { results } = await foundation.rerank({ ...request, return_documents });
        for (const { index, document } of results) {
          expect([DOCUMENTS[index], { text: DOCUMENTS[index] }]).toContainEqual(document);
        }
      }
      const { results } = await foundation.rerank({ ...request, return_documents: false });
      for (const { document } of results) expect(document ?? null).toBeNull();
    });

    test('fields of the caller’s own come back untouched', async (foundation) => {
      const documents = [
        { text: 'a house', id: 7, tags: ['x', 'y'], nested: { deep: null, list: [1, { a: 2 }] } },
        { text: 'a lake', image: 'not a picture, the caller’s own', source: 'b' },
      ];
      const answer = await foundation.rerank({ ...request, documents });
      expectShape('RerankingResponse', answer);
      for (const { index, document } of answer.results) expect(document).toEqual(documents[index]);
    });

    test('strings and objects mean the same', async (foundation) => {
      const strings = scoresByIndex(await foundation.rerank(request));
      const objects = scoresByIndex(
        await foundation.rerank({ ...request, documents: DOCUMENTS.map((text) => ({ text })) }),
      );
      expect(objects).toEqual(strings);
    });

    test('the query may be an object with text', async (foundation) => {
      expect(await foundation.rerank({ ...request, query: { text: QUERY } })).toEqual(
        await foundation.rerank(request),
      );
    });

    test('long documents are read in windows, or cut', async (foundation) => {
      const filler = 'The weather was grey and nothing of note took place that day. '.repeat(20);
      const document = `${filler}${DOCUMENTS[4]}`;
      const [expected] = crossEncoder.scores(QUERY, [document]);
      const windows = await foundation.rerank({ ...request, documents: [document] });
      expect(Math.abs(windows.results[0]!.relevance_score - expected!)).toBeLessThan(1e-3);
      const [start] = scoresByIndex(await foundation.rerank({ ...request, documents: [filler] }));
      const cut = await foundation.rerank({ ...request, documents: [document], truncation: true });
      expect(cut.results[0]!.relevance_score).toBeLessThanOrEqual(start! + 1e-3);
      expect(cut.usage.total_tokens).toBeLessThan(windows.usage.total_tokens);
    });

    test('truncate is an older name of truncation, top_k of top_n', async (foundation) => {
      const older = unchecked<RerankRequest>({ ...request, top_k: 2, truncate: true });
      expect(await foundation.rerank(older)).toEqual(
        await foundation.rerank({ ...request, top_n: 2, truncation: true }),
      );
    });

    test('return_embeddings gives each document’s vector', async (foundation) => {
      const answer = await foundation.rerank({
        model: listwise.id,
        query: QUERY,
        documents: DOCUMENTS,
        return_embeddings: true,
      });
      expectShape('RerankingResponse', answer);
      for (const { embedding } of answer.results) {
        expect(embedding).toBeInstanceOf(Float32Array);
        expect(embedding!.length).toBeGreaterThan(0);
      }
      const plain = await foundation.rerank({ model: listwise.id, query: QUERY, documents: DOCUMENTS });
      for (const { embedding } of plain.results) expect(embedding ?? null).toBeNull();
    });

    test('max_doc_length cuts documents', async (foundation) => {
      const documents = ['word '.repeat(50), 'another '.repeat(50)];
      const whole = await foundation.rerank({ model: listwise.id, query: QUERY, documents });
      const cut = await foundation.rerank({ model: listwise.id, query: QUERY, documents, max_doc_length: 4 });
      expect(cut.usage.total_tokens).toBeLessThan(whole.usage.total_tokens);
      const older = { model: listwise.id, query: QUERY, documents, max_tokens_per_doc: 4 };
      expect(await foundation.rerank(unchecked<RerankRequest>(older))).toEqual(cut);
    });

    test(`${LIMITS.rerank.documents} documents are ranked`, async (foundation) => {
      const documents = Array.from({ length: LIMITS.rerank.documents }, (_, index) => `${index % 10}`);
      const answer = await foundation.rerank({ model: crossEncoder.id, query: 'x', documents, top_n: 3 });
      expect(answer.results).toHaveLength(3);
    });

    const many = Array.from({ length: LIMITS.rerank.documents + 1 }, () => 'a');
    const refused: [string, object, string][] = [
      ['no documents', { documents: [] }, 'documents'],
      [`${many.length} documents`, { documents: many }, 'documents'],
      ['a list of queries', { query: [QUERY] }, 'query'],
      ['a picture as query', { query: { image: 'https://example.com/a.png' } }, 'query'],
      ['top_n 0', { top_n: 0 }, 'top_n'],
      ['top_n 1.5', { top_n: 1.5 }, 'top_n'],
      ['a document without text', { documents: ['a', { title: 'b' }] }, 'documents.1'],
      ['max_doc_length of a cross-encoder', { max_doc_length: 10 }, 'max_doc_length'],
      ['return_embeddings of a cross-encoder', { return_embeddings: true }, 'return_embeddings'],
      ['fusion of a model without', { fusion: true }, 'fusion'],
      ['max_doc_length 0', { model: listwise.id, max_doc_length: 0 }, 'max_doc_length'],
      ['max_doc_length 8193', { model: listwise.id, max_doc_length: 8193 }, 'max_doc_length'],
      ['an unknown field', { frobnicate: true }, 'frobnicate'],
    ];
    for (const [name, fields, param] of refused) {
      test(`${name} is refused`, (foundation) =>
        expectInvalid(foundation.rerank(unchecked<RerankRequest>({ ...request, ...fields })), param));
    }

    test('pictures are refused where the model reads texts', async (foundation) => {
      const { gradient } = await pictures();
      for (const model of [crossEncoder.id, colbert.id, listwise.id, minilm]) {
        const documents = ['a', { image: base64(gradient) }];
        await expectInvalid(foundation.rerank({ model, query: QUERY, documents }), 'documents.1');
      }
    });

    for (const [name, model] of [
      ['an embedding model', v3.id],
      ['a CLIP model', clip.id],
      ['an unknown model', 'no-such-reranker'],
    ] as const) {
      test(`${name} is refused`, async (foundation) => {
        const error = await refusal(foundation.rerank({ ...request, model }));
        expect(error).toMatchObject({ code: 'INPUT_MODEL_NOT_FOUND', status: 400, param: 'model' });
      });
    }
  });
}
