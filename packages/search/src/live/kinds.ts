/** Texts and pictures of one index, which some models keep apart. */
import type { Nearest, NearestOptions } from './vectors/vector-table.ts';
import type { Vectors } from './vectors/vectors.ts';

/** Passages of a kind at least, for its mean to say where those lie that a query is not about. */
const CROWD = 5;
/** Deviations between the means of texts and pictures, from which on they are two crowds. */
const APART = 2;

/** The nearest passages, in no order, and how similar passages are in general. */
export type NearestPassages = Pick<Nearest, 'rows' | 'similarities' | 'mean' | 'deviation'>;

/**
 * The nearest texts and the nearest pictures. Where a model puts any two texts nearer to each other than a text and a
 * picture, a picture counts by how far it stands out from the pictures, as a text does from the texts: else none would be
 * found among texts, however well it answers.
 * @param isPicture one for each row, 1 for pictures
 */
export async function nearestOfBoth(
  vectors: Vectors,
  query: Float32Array,
  { limit, allowed, also }: Pick<NearestOptions, 'limit' | 'allowed' | 'also'>,
  isPicture: Uint8Array,
): Promise<NearestPassages> {
  const ofKind = async (kind: 0 | 1) => {
    const over = isPicture.map((each) => (each === kind ? 1 : 0));
    return vectors.nearest(query, {
      limit,
      over,
      allowed: allowed === undefined ? over : over.map((each, row) => each & allowed[row]!),
      also: also?.filter((row) => isPicture[row] === kind),
    });
  };
  const [texts, pictures] = await Promise.all([ofKind(0), ofKind(1)]);
  const counts = [texts.count, pictures.count];
  const gap = Math.abs(texts.mean - pictures.mean);
  const areApart =
    Math.min(...counts) >= CROWD && gap > APART * Math.max(texts.deviation, pictures.deviation);
  // From here on pictures lie about the texts' mean.
  const shift = areApart ? texts.mean - pictures.mean : 0;
  const { mean, deviation } = together(texts, { ...pictures, mean: pictures.mean + shift });
  return {
    mean,
    deviation,
    rows: Uint32Array.from([...texts.rows, ...pictures.rows]),
    similarities: Float32Array.from([
      ...texts.similarities,
      ...pictures.similarities.map((similarity) => similarity + shift),
    ]),
  };
}

/** Mean and deviation of two groups as one. */
function together(
  left: Pick<Nearest, 'count' | 'mean' | 'deviation'>,
  right: Pick<Nearest, 'count' | 'mean' | 'deviation'>,
): Pick<Nearest, 'mean' | 'deviation'> {
  const count = Math.max(1, left.count + right.count);
  const mean = (left.count * left.mean + right.count * right.mean) / count;
  const squares = [left, right].reduce(
    (sum, each) => sum + each.count * (each.deviation ** 2 + (each.mean - mean) ** 2),
    0,
  );
  return { mean, deviation: Math.sqrt(squares / count) };
}
