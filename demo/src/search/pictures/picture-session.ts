import type { FacetCounts } from '@nearfield/search';
import { LiveSession, type SearchRequest } from '../live-session.ts';
import { keptPictures, livePicture } from './kept-pictures.ts';
import type { FoundPicture, StoredPicture } from './picture.ts';

/** Search for pictures by what they show. */
export class PictureSession extends LiveSession {
  #pictures: ReadonlyMap<string, StoredPicture> = new Map();

  /** The pictures that were kept, by an earlier visit or another tab. */
  async kept(): Promise<StoredPicture[]> {
    return keptPictures(await this.written());
  }

  /**
   * Makes these the pictures that are searched. Those that stay keep their vectors.
   * @param removed ids of pictures that the visitor took away
   * @throws FoundationError STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED
   */
  setDocuments(pictures: readonly StoredPicture[], removed: readonly string[] = []): Promise<void> {
    this.#pictures = new Map(pictures.map((picture) => [picture.id, picture]));
    return this.write(pictures.map(livePicture), removed);
  }

  /** The pictures that a question describes, best first, among those that are indexed. */
  async search(
    question: string,
    vector: Float32Array,
    request: SearchRequest,
  ): Promise<{ answers: FoundPicture[]; facets: FacetCounts }> {
    const { results, facets = {} } = await this.answer(question, vector, request);
    const answers = results.flatMap(({ id, score, passages: [best] }): FoundPicture[] => {
      const picture = this.#pictures.get(id);
      return picture === undefined ? [] : [{ picture, score, explanation: best?.explanation }];
    });
    return { answers, facets };
  }
}
