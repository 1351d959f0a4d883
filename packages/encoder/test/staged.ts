import { ArrivingModel, readModel, type WeightFiles } from '@nearfield/onnx';
import { Encoder, readGraph, type Team, WeightStage } from '../src/index.ts';
import { adapted } from '../src/plan/operators/adapters.ts';

const LOCATION = 'weights-of-a-test';

/**
 * An encoder whose file arrives in pieces of so many bytes.
 * @param smallest bytes of the smallest weight that goes into the encoder's memory as it arrives. Default: as in core.
 */
export async function openedInPieces(
  bytes: Uint8Array,
  output: string,
  {
    piece = 1000,
    smallest,
    files,
    team,
  }: { piece?: number; smallest?: number; files?: WeightFiles; team?: Team } = {},
): Promise<Encoder> {
  const stage = await WeightStage.open(bytes.length, { smallest, team });
  const model = new ArrivingModel({ size: bytes.length, location: LOCATION, sink: stage, smallest });
  for (let at = 0; at < bytes.length; at += piece) model.push(bytes.subarray(at, at + piece));
  const graph = model.finish();
  const staged = [...readModel(graph).initializers.values()].filter(({ external }) => external);
  if (staged.length === 0) throw new Error('No weight was large enough');
  const reading = readGraph(graph, output, stage.files(LOCATION, files), adapted);
  if ('refused' in reading) throw new Error(reading.refused);
  return Encoder.open(reading.rows, { stage });
}
