import { encodeVector } from '@nearfield/spec/implement';
import { expect } from 'vitest';
import { tokensOf } from '../../models.ts';
import { expectShape } from '../../openapi.ts';
import { base64, dataUri, pictures } from '../../pictures.ts';
import { expectInvalid, refusal, type Subject } from '../../subject.ts';
import { cosine, expectNear, norm } from '../../vectors.ts';
import { caseOf, vectors } from './shared.ts';

/** Pictures as inputs. */
export function images(subject: Subject): void {
  const { minilm, clip, icons } = subject.models;
  const test = caseOf(subject);

  test('a picture as data URI, base64 and in memory has one vector', async (foundation) => {
    const { gradient } = await pictures();
    const [uri] = await vectors(foundation, { model: clip.id, input: { image: dataUri(gradient) } });
    const [text] = await vectors(foundation, { model: clip.id, input: [{ image: base64(gradient) }] });
    expect(uri).toEqual(text);
    expect(uri).toHaveLength(clip.dimensions);
    expect(norm(uri!)).toBeCloseTo(1, 4);
    if (subject.jsonOnly) return;
    const [blob] = await vectors(foundation, { model: clip.id, input: [{ image: new Blob([gradient]) }] });
    expect(blob).toEqual(uri);
  });

  if (typeof createImageBitmap === 'function' && !subject.jsonOnly) {
    test('an ImageBitmap, which stays the caller’s', async (foundation) => {
      const { gradient } = await pictures();
      const bitmap = await createImageBitmap(new Blob([gradient]));
      const [drawn] = await vectors(foundation, { model: clip.id, input: { image: bitmap } });
      const [read] = await vectors(foundation, { model: clip.id, input: { image: base64(gradient) } });
      expectNear(drawn!, read!, 1e-3);
      expect([bitmap.width, bitmap.height]).toEqual([40, 30]);
      bitmap.close();
      await expectInvalid(foundation.embeddings({ model: clip.id, input: [{ image: bitmap }] }), 'input.0');
    });
  }

  test('texts and pictures in one request, in their order', async (foundation) => {
    const { gradient, wide } = await pictures();
    const answer = await foundation.embeddings({
      model: clip.id,
      input: ['a gradient', { image: base64(gradient) }, { text: 'x' }, { image: base64(wide) }],
    });
    expectShape('EmbeddingResponse', answer);
    expect(answer.data.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expectNear(answer.data[0]!.embedding, clip.text('a gradient'));
    expectNear(answer.data[2]!.embedding, clip.text('x'));
    const [first] = await vectors(foundation, { model: clip.id, input: { image: base64(gradient) } });
    const [second] = await vectors(foundation, { model: clip.id, input: { image: base64(wide) } });
    expectNear(answer.data[1]!.embedding, first!);
    expectNear(answer.data[3]!.embedding, second!);
    expect(cosine(first!, second!)).toBeLessThan(0.99999);
  });

  test('usage: 1000 tokens for each started tile of 224 pixels, told apart', async (foundation) => {
    const { gradient, wide } = await pictures();
    const { usage } = await foundation.embeddings({
      model: clip.id,
      input: [{ image: base64(gradient) }, 'a gradient', { image: base64(wide) }],
    });
    const texts = tokensOf(clip, 'a gradient');
    expect(usage).toEqual({
      total_tokens: texts + 1000 + 4000,
      prompt_tokens: texts + 1000 + 4000,
      image_tokens: 1000 + 4000,
    });
  });

  test('pictures in every encoding', async (foundation) => {
    const { gradient } = await pictures();
    const input = [{ image: base64(gradient) }];
    const [float] = await vectors(foundation, { model: clip.id, input });
    const { data } = await foundation.embeddings({
      model: clip.id,
      input,
      embedding_type: ['base64', 'binary'],
    });
    expect(data[0]!.embedding.base64).toBe(encodeVector(float!, 'base64'));
    expect(data[0]!.embedding.binary).toEqual(encodeVector(float!, 'binary'));
  });

  test('the embedded image tower embeds pictures in the space of the embedder', async (foundation) => {
    const { gradient } = await pictures();
    const answer = await foundation.embeddings({
      model: icons,
      input: ['a gradient', { image: base64(gradient) }],
    });
    expectShape('EmbeddingResponse', answer);
    for (const { embedding } of answer.data) {
      expect(embedding).toHaveLength(384);
      expect(norm(embedding)).toBeCloseTo(1, 4);
    }
    const [text] = await vectors(foundation, { model: minilm, input: 'a gradient' });
    expectNear(answer.data[0]!.embedding, text!, 1e-4);
    expect(answer.usage.image_tokens).toBe(1000);
  });

  if (typeof document === 'object') {
    test('a picture at a URL of the page', async (foundation) => {
      const { gradient } = await pictures();
      const url = URL.createObjectURL(new Blob([gradient]));
      const [fetched] = await vectors(foundation, { model: clip.id, input: { image: url } });
      const [given] = await vectors(foundation, { model: clip.id, input: { image: base64(gradient) } });
      expect(fetched).toEqual(given);
      URL.revokeObjectURL(url);
      // A worker may still see a URL that was just revoked, but never one that did not exist. It may exist later, so the
      // call may be tried again.
      const unknown = `blob:${location.origin}/${crypto.randomUUID()}`;
      const call = foundation.embeddings({ model: clip.id, input: { image: unknown } });
      expect(await refusal(call)).toMatchObject({
        code: 'INPUT_VALIDATION_FAILED',
        param: 'input.0.image',
        retryable: true,
      });
    });
  }

  test('a text model does not take pictures, and says which do', async (foundation) => {
    const { gradient } = await pictures();
    const call = foundation.embeddings({ model: minilm, input: ['a', { image: base64(gradient) }] });
    const error = await refusal(call);
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', status: 422, param: 'input.1' });
    expect(error.message).toContain('jina-clip-v1');
  });

  for (const [modality, input] of Object.entries({
    audio: { audio: 'https://example.com/a.mp3' },
    video: { video: 'https://example.com/a.mp4' },
    content: { content: [{ text: 'a' }] },
  })) {
    test(`${modality} is refused by name`, (foundation) =>
      expectInvalid(foundation.embeddings({ model: clip.id, input: ['a', input] }), 'input.1'));
  }
}
