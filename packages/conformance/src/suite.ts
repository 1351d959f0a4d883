import { afterAll, beforeAll, describe } from 'vitest';
import { badInputCases } from './cases/bad-input/index.ts';
import { batchCases } from './cases/batches.ts';
import { callCases, capabilityCases, closingCases } from './cases/calls.ts';
import { classifyCases } from './cases/classify.ts';
import { embeddingCases } from './cases/embeddings/index.ts';
import { fieldCases } from './cases/fields.ts';
import { itemErrorCases } from './cases/item-errors.ts';
import { modelCases } from './cases/models.ts';
import { multiVectorCases } from './cases/multi-vector.ts';
import { readCases } from './cases/read.ts';
import { rerankCases } from './cases/rerank.ts';
import { segmentCases } from './cases/segment.ts';
import { trainCases } from './cases/train.ts';
import { type ContractGroup, type ContractOptions, Subject } from './subject.ts';

/** The suite's groups, in their order: closing is the last. */
const GROUPS = {
  capabilities: capabilityCases,
  embeddings: embeddingCases,
  multiVector: multiVectorCases,
  rerank: rerankCases,
  classify: classifyCases,
  train: trainCases,
  segment: segmentCases,
  read: readCases,
  models: modelCases,
  batches: batchCases,
  itemErrors: itemErrorCases,
  fields: fieldCases,
  calls: callCases,
  badInput: badInputCases,
  closing: closingCases,
} satisfies Record<ContractGroup, (subject: Subject) => void>;

/**
 * Registers the tests that every implementation of `SearchFoundation` has to pass: each endpoint with each option,
 * limit and error, shapes as the OpenAPI document has them, cancelling, progress, bad input, closing. The same for an
 * engine in this process, in a browser, and behind HTTP.
 */
export function contractSuite(options: ContractOptions): void {
  const subject = new Subject(options);
  describe(`the contract: ${options.name}`, () => {
    beforeAll(() => subject.start());
    afterAll(() => subject.end());
    for (const [name, register] of Object.entries(GROUPS)) {
      if (options.groups?.includes(name as ContractGroup) ?? true) register(subject);
    }
  });
}
