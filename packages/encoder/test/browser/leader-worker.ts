/** A worker that leads a team of others, as the engine's worker does: only workers may wait. */
import { type TinyModel, tinyMiniLM, tinyV2English } from '@nearfield/model-tiny';
import { Encoder, readGraph, Team } from '../../src/index.ts';

const HOW = { dimensions: 1e6, normalized: true };
const texts = [1, 4, 12, 45].map((length) => ({
  ids: Int32Array.from({ length }, (_, at) => 5 + ((at * 3) % 14)),
}));

async function compare({ files }: Pick<TinyModel, 'files'>, threads: number): Promise<boolean> {
  const { bytes } = files.find(({ path }) => path.endsWith('.onnx'))!;
  const reading = readGraph(bytes, 'last_hidden_state');
  if ('refused' in reading) throw new Error(reading.refused);
  const expected = await (await Encoder.open(reading.rows)).encode(texts, HOW);
  const team = new Team(threads, { smallestPiece: 1, isAlways: true });
  const workers = Array.from({ length: threads - 1 }, () => {
    const worker = new Worker(new URL('./team-worker.ts', import.meta.url), { type: 'module' });
    team.add((message) => worker.postMessage(message));
    return worker;
  });
  const encoder = await Encoder.open(reading.rows, { team });
  while (team.shares.filter((pieces) => pieces > 0).length < 2) {
    const found = await encoder.encode(texts, HOW);
    const isSame = found.every((vectors, at) =>
      vectors.every((value, number) => Object.is(value, expected[at]![number])),
    );
    if (!isSame) return false;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  for (const worker of workers) worker.terminate();
  return true;
}

self.onmessage = async () => {
  try {
    for (const model of [tinyMiniLM(), tinyV2English('q8')]) {
      for (const threads of [2, 3]) if (!(await compare(model, threads))) throw new Error('other bits');
    }
    self.postMessage('the same bits');
  } catch (error) {
    self.postMessage(String(error));
  }
};
