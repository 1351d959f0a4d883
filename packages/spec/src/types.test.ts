import { describe, expectTypeOf, it } from 'vitest';
import type { MultiEmbedding, SingleEmbedding, SparseEmbedding } from './implement.ts';
import type { Classification, GroupedClassification, SearchFoundation } from './index.ts';

// Checked by the type checker; nothing here runs.
type Call = () => Promise<unknown>;
const never = (_: Call): void => {};

describe('the response type follows the request', () => {
  it('embeddings', () => {
    const check = async (foundation: SearchFoundation) => {
      const plain = await foundation.embeddings({ model: 'm', input: 'a' });
      expectTypeOf(plain.data[0]!.embedding).toEqualTypeOf<Float32Array>();
      expectTypeOf(plain.usage.prompt_tokens).toEqualTypeOf<number>();

      const bits = await foundation.embeddings({ model: 'm', input: ['a'], embedding_type: 'ubinary' });
      expectTypeOf(bits.data[0]!.embedding).toEqualTypeOf<Uint8Array>();

      const text = await foundation.embeddings({ model: 'm', input: ['a'], embedding_type: 'base64' });
      expectTypeOf(text.data[0]!.embedding).toEqualTypeOf<string>();

      const list = await foundation.embeddings({
        model: 'm',
        input: 'a',
        embedding_type: ['float', 'binary'],
      });
      expectTypeOf(list.data[0]!.embedding).toEqualTypeOf<{ float: Float32Array; binary: Int8Array }>();

      const tokens = await foundation.embeddings({ model: 'm', input: 'a', return_multivector: true });
      expectTypeOf(tokens.data[0]!).toEqualTypeOf<MultiEmbedding<'float', false>>();
      expectTypeOf(tokens.data[0]!.embeddings).toEqualTypeOf<Float32Array[]>();

      const sparse = await foundation.embeddings({ model: 'elser-v2', input: 'a' });
      expectTypeOf(sparse.data[0]!).toEqualTypeOf<SparseEmbedding>();

      const unset = await foundation.embeddings({ model: 'm', input: 'a', embedding_type: null });
      expectTypeOf(unset.data[0]!).toEqualTypeOf<SingleEmbedding<'float', false>>();
    };
    never(() => check(undefined as unknown as SearchFoundation));
  });

  it('multi-vector and classify', () => {
    const check = async (foundation: SearchFoundation) => {
      const multi = await foundation.multiVector({ model: 'm', input: 'a', embedding_type: 'base64' });
      expectTypeOf(multi.data[0]!.embeddings).toEqualTypeOf<string[]>();

      const flat = await foundation.classify({ model: 'm', input: 'a', labels: ['x', 'y'] });
      expectTypeOf(flat.data).toEqualTypeOf<Classification[]>();
      const grouped = await foundation.classify({ model: 'm', input: 'a', labels: { mood: ['x', 'y'] } });
      expectTypeOf(grouped.data).toEqualTypeOf<GroupedClassification[]>();
      const trained = await foundation.classify({ classifier_id: 'c', input: 'a' });
      expectTypeOf(trained.data[0]!.prediction).toEqualTypeOf<string>();
    };
    never(() => check(undefined as unknown as SearchFoundation));
  });

  it('refuses what no implementation takes', () => {
    const check = async (foundation: SearchFoundation) => {
      // @ts-expect-error an encoding that does not exist
      await foundation.embeddings({ model: 'm', input: 'a', embedding_type: 'int8' });
      // @ts-expect-error input is missing
      await foundation.embeddings({ model: 'm' });
      // @ts-expect-error labels and a trained classifier exclude each other
      await foundation.classify({ classifier_id: 'c', input: 'a', labels: ['x'] });
      // @ts-expect-error streaming is not part of the contract
      await foundation.chat({ model: 'm', messages: [], stream: true });
    };
    never(() => check(undefined as unknown as SearchFoundation));
  });
});
