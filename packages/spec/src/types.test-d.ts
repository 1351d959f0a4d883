// Types of answers follow the types of requests, literal and held in variables. Checked by the type checker, on the
// oldest and newest TypeScript that is supported; nothing here runs.
import type {
  Classification,
  ClassifyRequest,
  EmbeddingsRequest,
  GroupedClassification,
  ImageDoc,
  ItemError,
  MultiVectorRequest,
  RerankDocument,
  RerankRequest,
  SearchFoundation,
  TextDoc,
} from '@nearfield/spec';
import type {
  ItemCallOptions,
  MultiEmbedding,
  SingleEmbedding,
  SparseEmbedding,
} from '@nearfield/spec/implement';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : { got: A; wanted: B };
declare function expectType<Wanted>(): <Got>(got: Got, equal: Equal<Got, Wanted>) => void;

declare const foundation: SearchFoundation;
declare const yes: boolean;
type AnyEncoding = Float32Array | string | Int8Array | Uint8Array;
interface SomeEncodings {
  float?: Float32Array;
  base64?: string;
  binary?: Int8Array;
  ubinary?: Uint8Array;
}

export async function embeddingsLiteral(): Promise<void> {
  const model = 'm';
  const plain = await foundation.embeddings({ model, input: 'a' });
  expectType<Float32Array>()(plain.data[0]!.embedding, true);
  expectType<number>()(plain.usage.prompt_tokens, true);
  const bits = await foundation.embeddings({ model, input: ['a'], embedding_type: 'ubinary' });
  expectType<Uint8Array>()(bits.data[0]!.embedding, true);
  const text = await foundation.embeddings({ model, input: ['a'], embedding_type: 'base64' });
  expectType<string>()(text.data[0]!.embedding, true);
  const list = await foundation.embeddings({ model, input: 'a', embedding_type: ['float', 'binary'] });
  expectType<{ float: Float32Array; binary: Int8Array }>()(list.data[0]!.embedding, true);
  const unset = await foundation.embeddings({ model, input: 'a', embedding_type: null });
  expectType<SingleEmbedding<Float32Array>>()(unset.data[0]!, true);
  const tokens = await foundation.embeddings({ model, input: 'a', return_multivector: true });
  expectType<MultiEmbedding<Float32Array>>()(tokens.data[0]!, true);
  const both = await foundation.embeddings({
    model,
    input: 'a',
    return_multivector: true,
    embedding_type: 'base64',
  });
  expectType<string[]>()(both.data[0]!.embeddings, true);
  const sparse = await foundation.embeddings({ model: 'elser-v2', input: 'a' });
  expectType<SparseEmbedding>()(sparse.data[0]!, true);
}

export async function embeddingsWidened(): Promise<void> {
  const annotated: EmbeddingsRequest = { model: 'm', input: 'a', embedding_type: 'base64' };
  const { data } = await foundation.embeddings(annotated);
  expectType<SingleEmbedding<AnyEncoding | SomeEncodings> | MultiEmbedding<AnyEncoding | SomeEncodings>>()(
    data[0]!,
    true,
  );
  // @ts-expect-error a request of any type may have any vector
  const float: Float32Array = (data[0] as SingleEmbedding).embedding;
  void float;

  const typed: EmbeddingsRequest<'ubinary'> = { model: 'm', input: 'a', embedding_type: 'ubinary' };
  const [first] = (await foundation.embeddings({ ...typed, return_multivector: false })).data;
  // Nothing says that the field is set, nor that it is no list.
  expectType<Uint8Array | Float32Array | { ubinary?: Uint8Array }>()(first!.embedding, true);

  const inferred = { model: 'm', input: ['a'] };
  expectType<Float32Array>()((await foundation.embeddings(inferred)).data[0]!.embedding, true);
  const chosen = { model: 'm', input: 'a', embedding_type: yes ? ('float' as const) : ('base64' as const) };
  expectType<Float32Array | string>()((await foundation.embeddings(chosen)).data[0]!.embedding, true);
  const maybe = { model: 'm', input: 'a', return_multivector: yes };
  expectType<SingleEmbedding<Float32Array> | MultiEmbedding<Float32Array>>()(
    (await foundation.embeddings(maybe)).data[0]!,
    true,
  );
}

export async function multiVector(): Promise<void> {
  const text = await foundation.multiVector({ model: 'm', input: 'a', embedding_type: 'base64' });
  expectType<string[]>()(text.data[0]!.embeddings, true);
  const annotated: MultiVectorRequest = { model: 'm', input: 'a' };
  const any = await foundation.multiVector(annotated);
  expectType<(AnyEncoding | SomeEncodings)[]>()(any.data[0]!.embeddings, true);
}

export async function rerank(): Promise<void> {
  const common = { model: 'm', query: 'q' };
  const strings = await foundation.rerank({ ...common, documents: ['a', 'b'] });
  expectType<TextDoc>()(strings.results[0]!.document, true);
  const without = await foundation.rerank({ ...common, documents: ['a'], return_documents: false });
  expectType<undefined>()(without.results[0]!.document, true);
  const own = await foundation.rerank({ ...common, documents: [{ text: 'a', id: 7 }] });
  expectType<7>()(own.results[0]!.document.id, true);
  const documents: { text: string; id: number }[] = [];
  const listed = await foundation.rerank({ ...common, documents, return_documents: yes });
  expectType<{ text: string; id: number } | undefined>()(listed.results[0]!.document, true);
  const mixed = await foundation.rerank({ ...common, documents: [] as (string | ImageDoc)[] });
  expectType<TextDoc | ImageDoc>()(mixed.results[0]!.document, true);
  const annotated: RerankRequest = { ...common, documents: ['a'] };
  const { results } = await foundation.rerank(annotated);
  expectType<Exclude<RerankDocument, string> | TextDoc | undefined>()(results[0]!.document, true);
}

export async function classify(): Promise<void> {
  const flat = await foundation.classify({ model: 'm', input: 'a', labels: ['x', 'y'] });
  expectType<Classification[]>()(flat.data, true);
  const grouped = await foundation.classify({ model: 'm', input: 'a', labels: { mood: ['x', 'y'] } });
  expectType<GroupedClassification[]>()(grouped.data, true);
  const trained = await foundation.classify({ classifier_id: 'c', input: 'a' });
  expectType<string>()(trained.data[0]!.prediction, true);
  const annotated: ClassifyRequest = { classifier_id: 'c', input: 'a' };
  const any = await foundation.classify(annotated as ClassifyRequest);
  expectType<Classification[] | GroupedClassification[]>()(any.data, true);
}

export async function itemErrors(options: ItemCallOptions): Promise<void> {
  const collected = await foundation.embeddings({ model: 'm', input: 'a' }, { errors: 'collect' });
  expectType<ItemError[]>()(collected.errors, true);
  expectType<Float32Array>()(collected.data[0]!.embedding, true);
  const multi = await foundation.multiVector({ model: 'm', input: 'a' }, { errors: 'collect' });
  expectType<ItemError[]>()(multi.errors, true);
  const classes = await foundation.classify(
    { model: 'm', input: 'a', labels: ['x', 'y'] },
    { errors: 'collect', timeout: 1 },
  );
  expectType<ItemError[]>()(classes.errors, true);
  expectType<Classification[]>()(classes.data, true);

  const plain = await foundation.embeddings({ model: 'm', input: 'a' });
  // @ts-expect-error nothing was collected
  plain.errors;
  const thrown = await foundation.embeddings({ model: 'm', input: 'a' }, { errors: 'throw' });
  // @ts-expect-error nor here
  thrown.errors;
  const unknown = await foundation.embeddings({ model: 'm', input: 'a' }, options);
  // @ts-expect-error nor where nobody knows
  unknown.errors;
  // @ts-expect-error no such value
  await foundation.embeddings({ model: 'm', input: 'a' }, { errors: 'ignore' });
  // @ts-expect-error an answer to the whole
  await foundation.rerank({ model: 'm', query: 'a', documents: ['a'] }, { errors: 'collect' });
}

export async function refused(): Promise<void> {
  // @ts-expect-error an encoding that does not exist
  await foundation.embeddings({ model: 'm', input: 'a', embedding_type: 'int8' });
  // @ts-expect-error input is missing
  await foundation.embeddings({ model: 'm' });
  // @ts-expect-error labels and a trained classifier exclude each other
  await foundation.classify({ classifier_id: 'c', input: 'a', labels: ['x'] });
  // @ts-expect-error streaming is not part of the contract
  await foundation.chat({ model: 'm', messages: [], stream: true });
}

export async function disposed(create: () => SearchFoundation): Promise<void> {
  await using open = create();
  void open;
}
