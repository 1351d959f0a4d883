/** OpenAI's embeddings: inputs may be lists of token ids, which LangChain and others send. */
import { FoundationError, LIMITS } from '@nearfield/spec';
import { invalid } from '@nearfield/spec/implement';
import type { Body } from '../accommodate.ts';

/** Ids of one input: more than any model reads. */
const MOST_IDS = 131_072;
/** Ids of cl100k_base, without those of special tokens. */
const VOCABULARY = 100_256;

const isIds = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((id) => Number.isInteger(id) && (id as number) >= 0);

/** Whether an input is token ids: one list, or a list of such lists. */
function idsOf(input: unknown): number[][] | undefined {
  if (isIds(input)) return [input];
  // A longer list is refused for its length, whatever its items are.
  if (!Array.isArray(input) || input.length === 0 || input.length > LIMITS.embeddings.inputs)
    return undefined;
  return input.every(isIds) ? input : undefined;
}

/**
 * An embeddings request whose inputs are texts. Ids are those of cl100k_base, the encoding of OpenAI's embedding models.
 * @throws FoundationError INPUT_VALIDATION_FAILED for an id that the encoding does not have
 */
export async function withTexts(body: Body): Promise<Body> {
  const lists = idsOf(body.input);
  if (!lists) return body;
  const long = lists.find(({ length }) => length > MOST_IDS);
  if (long) {
    throw new FoundationError({
      code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      message: `An input has ${long.length} token ids; at most ${MOST_IDS} are read. Split it.`,
      param: 'input',
    });
  }
  cl100k ??= readCl100k();
  const encoding = await cl100k;
  const input = lists.map((ids, index) => {
    const unknown = ids.find((id) => id >= VOCABULARY);
    if (unknown !== undefined) {
      throw invalid(`input.${index}`, `${unknown} is no token id of cl100k_base. Send texts.`);
    }
    return encoding.decode(ids);
  });
  return { ...body, input };
}

/** Read once, and only if somebody sends ids: it takes a second and some megabytes. */
let cl100k: ReturnType<typeof readCl100k> | undefined;

async function readCl100k() {
  const [{ Tiktoken }, { default: ranks }] = await Promise.all([
    import('js-tiktoken/lite'),
    import('js-tiktoken/ranks/cl100k_base'),
  ]);
  return new Tiktoken(ranks);
}
