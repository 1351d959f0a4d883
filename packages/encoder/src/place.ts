/** Where an encoder computes: kernels, and the memory that they compute in. */
import { bindKernels, compileKernels, type Kernels } from './kernels.ts';
import { EncoderMemory } from './memory.ts';
import type { SharedKernels, Team } from './threads/team.ts';

export interface EncoderPlace extends Partial<Pick<SharedKernels, 'id'>> {
  readonly kernels: Kernels;
  readonly memory: EncoderMemory;
  /** The threads that share the memory, under its `id`. */
  readonly team?: Team;
}

/** The kernels over a new memory, which a team shares if there is one. */
export async function openPlace(team: Team | undefined): Promise<EncoderPlace> {
  const shared = await team?.open();
  if (team && shared) return { ...shared, team };
  const module = await compileKernels();
  const memory = new EncoderMemory();
  return { kernels: bindKernels(module, memory.memory), memory };
}
